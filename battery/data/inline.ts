import { type Check, list, number, optional } from '../fields.js';
import { type Kind, kind, type Rows } from './rows.js';

/** JSON has no word for these. */
const notFinite = ['NaN', 'Infinity', '-Infinity'] as const;

type Leaf = number | (typeof notFinite)[number];
type Nested = Leaf | readonly Nested[];

interface Description {
  readonly x: readonly Nested[];
  readonly y: readonly Nested[];
  readonly xTest?: readonly Nested[];
  readonly yTest?: readonly Nested[];
}

const numbers: Check = {
  expects: 'a list of numbers (or "NaN", "Infinity", "-Infinity"), or of lists of equal length, and so on',
  holds: (value) => list.holds(value) && sameShape(value as Nested[]),
};

/** The numbers themselves; a list of plain numbers is a column. */
export const inline: Kind = kind<Description>(
  { x: numbers, y: numbers, xTest: optional(numbers), yTest: optional(numbers) },
  ({ x, y, xTest, yTest }) => {
    if ((xTest === undefined) !== (yTest === undefined)) throw new RangeError('xTest and yTest go together');
    const rows = rowsOf(x, y, '');
    return xTest && yTest ? { rows, heldOut: rowsOf(xTest, yTest, 'Test') } : { rows };
  },
);

function rowsOf(x: readonly Nested[], y: readonly Nested[], suffix: string): Rows {
  if (x.length !== y.length) {
    throw new RangeError(`x${suffix} has ${x.length} rows, but y${suffix} has ${y.length}`);
  }
  return {
    count: x.length,
    x: Float32Array.from(flatten(x)),
    xShape: columnShape(shapeOf(x)),
    y: Float32Array.from(flatten(y)),
    yShape: columnShape(shapeOf(y)),
  };
}

const columnShape = ([, ...shape]: readonly number[]): number[] => (shape.length === 0 ? [1] : shape);

const isList = (value: Nested): value is readonly Nested[] => Array.isArray(value);

function shapeOf(value: Nested): number[] {
  return isList(value) ? [value.length, ...shapeOf(value[0] ?? 0)] : [];
}

function flatten(value: Nested): number[] {
  return isList(value) ? value.flatMap(flatten) : [Number(value)];
}

function sameShape(value: Nested): boolean {
  if (!isList(value)) return number.holds(value) || notFinite.some((word) => word === value);
  const shape = JSON.stringify(shapeOf(value[0] ?? []));
  return (
    value.length > 0 && value.every((each) => sameShape(each) && JSON.stringify(shapeOf(each)) === shape)
  );
}
