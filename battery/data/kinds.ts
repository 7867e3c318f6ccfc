import { digits } from './digits.js';
import { friedman } from './friedman.js';
import { functionOfX } from './function.js';
import { inline } from './inline.js';
import { blobs, circles, moons, spirals, xor } from './points.js';
import { type Kind, type Rows, type Scale, sliceRows } from './rows.js';
import { adding, copy } from './sequences.js';

/** Every value of `data.kind`. */
export const kinds: Readonly<Record<string, Kind>> = {
  adding,
  blobs,
  circles,
  copy,
  digits,
  friedman,
  function: functionOfX,
  inline,
  moons,
  spirals,
  xor,
};

/** The data of a program: what trains, what is held out. */
export interface Data {
  readonly training: Rows;
  readonly heldOut: Rows | null;
  readonly targetScale?: Scale;
}

/** Describes data of one kind; which fields there are depends on it. */
export interface DataDescription {
  readonly kind: string;
  readonly train?: number;
}

/** Makes the data: the first `train` rows train, the rest are held out. */
export function makeData(description: DataDescription): Data {
  const { rows, heldOut = null, ...rest } = kinds[description.kind]!.generate(description);
  const { train = rows.count } = description;
  if (train > rows.count) throw new RangeError(`train must be at most the ${rows.count} rows, got ${train}`);
  if (train === rows.count) return { training: rows, heldOut, ...rest };
  return { training: sliceRows(rows, 0, train), heldOut: sliceRows(rows, train, rows.count), ...rest };
}
