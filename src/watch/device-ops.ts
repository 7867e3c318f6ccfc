import {
  abs,
  cast,
  concat,
  div,
  equal,
  greater,
  isFinite as isFiniteElement,
  isInf,
  isNaN as isNaNElement,
  logicalAnd,
  logicalNot,
  max,
  maximum,
  min,
  mul,
  notEqual,
  ones,
  onesLike,
  reshape,
  slice,
  stack,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  where,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { INFINITE, LARGEST, NAN, TILE } from './device-tables.js';
import { aroundAxis } from './gauge.js';

/** What a device computes of tensors that live on it. Results are flat float32 tensors in the caller's scope. */
export interface DeviceOps {
  /** The table that `sumsOfTable` reads. */
  sums(x: Tensor): Tensor1D;
  /** The table that `pairOfTable` reads. */
  pair(a: Tensor, b: Tensor): Tensor1D;
  /** For each tile, how many elements lie farther than `radius` from `center`. */
  countBeyond(x: Tensor, center: number, radius: number): Tensor1D;
  /** Counts of the bins of `measure`, all 1024 of them once or more often; where a device can count so. */
  readonly bins?: (x: Tensor) => Tensor1D;
}

/** Composed of the operations of tfjs, for any backend. */
export const composedOps: DeviceOps = {
  sums: (tensor) =>
    table([tensor], (x) => {
      const finite = isFiniteElement(x);
      const { scaled, largest } = scale(where(finite, x, zerosLike(x)));
      const limit = mul(onesLike(x), LARGEST);
      return [
        largest,
        sumOfRow(scaled),
        sumOfRow(mul(scaled, scaled)),
        sumOfRow(abs(scaled)),
        min(where(finite, x, limit), 1),
        max(where(finite, x, mul(limit, -1)), 1),
        sumOfRow(equal(x, 0)),
        sumOfRow(isNaNElement(x)),
        sumOfRow(isInf(x)),
      ];
    }),
  pair: (before, after) =>
    table([before, after], (a, b) => {
      const difference = sub(b, a);
      const terms = [a, b, difference].map((x) => scale(where(isFiniteElement(x), x, zerosLike(x))));
      const [first, second] = terms;
      const bothNaN = logicalAnd(isNaNElement(a), isNaNElement(b));
      return [
        ...terms.flatMap(({ scaled, largest }) => [largest, sumOfRow(mul(scaled, scaled))]),
        sumOfRow(mul(first?.scaled ?? a, second?.scaled ?? b)),
        sumOfRow(logicalAnd(notEqual(a, b), logicalNot(bothNaN))),
        ...[a, b, difference].map(stateOfRow),
      ];
    }),
  countBeyond: (tensor, center, radius) =>
    table([tensor], (x) => [sumOfRow(greater(abs(sub(x, center)), radius))]),
};

/** For each unit, along `axis`, 1 where any element is not 0. */
export function activeUnits(x: Tensor, axis: number): Tensor1D {
  const [rows, units, each] = aroundAxis(x.shape, axis);
  const active = reshape(cast(notEqual(x, 0), 'float32'), [rows * units, each]);
  // Over one axis after the other: over both at once, webgpu of tfjs 4.22 returned wrong results and spoilt other tensors.
  return max<Tensor1D>(reshape(max(active, 1), [rows, units]), 0);
}

/** Lays tensors of one size out in rows of a tile, computes the columns, and puts them together row by row. */
function table(tensors: readonly Tensor[], columns: (...x: Tensor2D[]) => Tensor[]): Tensor1D {
  const flat = tensors.map((tensor) => reshape(cast(tensor, 'float32'), [-1]));
  const size = tensors[0]?.size ?? 0;
  const whole = size - (size % TILE);
  const part = (start: number, length: number, rows: number): Tensor[] =>
    length === 0
      ? []
      : [
          reshape(
            stack(
              columns(...flat.map((x) => reshape(slice(x, start, length), [rows, -1]) as Tensor2D)).map(
                (column) => cast(column, 'float32'),
              ),
              1,
            ),
            [-1],
          ),
        ];
  return concat([...part(0, whole, whole / TILE), ...part(whole, size - whole, 1)]) as Tensor1D;
}

const sumOfRow = (x: Tensor): Tensor => sum(cast(x, 'float32'), 1);

/** Divides each row by its largest absolute value, or by 1 where all its elements are 0. */
function scale(x: Tensor): { scaled: Tensor; largest: Tensor } {
  const greatest = max(abs(x), 1, true);
  const largest = where(greater(greatest, 0), greatest, ones(greatest.shape));
  return { scaled: div(x, largest), largest: reshape(largest, [-1]) };
}

const stateOfRow = (x: Tensor): Tensor =>
  maximum(
    max(mul(cast(isInf(x), 'float32'), INFINITE), 1),
    max(mul(cast(isNaNElement(x), 'float32'), NAN), 1),
  );
