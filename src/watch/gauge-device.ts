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
  keep,
  logicalNot,
  max,
  min,
  mul,
  notEqual,
  ones,
  reshape,
  type Scalar,
  stack,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  tidy,
  unstack,
  where,
  zerosLike,
} from '@tensorflow/tfjs-core';
import type { PairSums } from '../kernels/compare.js';
import { BIN_COUNT, measure } from '../kernels/measure.js';
import type { TensorStats } from '../record/run.js';
import { statsFromSums } from '../stats/stats-from-sums.js';
import { type Gauge, hold } from './gauge.js';
import type { ReadQueue } from './read-queue.js';

/** The largest finite float32, in place of elements that must not win a minimum or maximum. */
const LARGEST = 3.4028234663852886e38;

/**
 * Reduces on the device, packs every number of the step into one tensor and reads it back later. Sums are scaled by the
 * largest element, so that squares neither overflow nor vanish in float32 or float16. Histograms are counted from the
 * elements themselves, read back as a whole.
 */
export function deviceGauge(queue: ReadQueue): Gauge {
  const parts: Tensor1D[] = [];
  const whole: Promise<void>[] = [];
  let values: Float32Array = new Float32Array();
  let packed = 0;
  const pack = <T>(reduce: () => Scalar[], parse: (numbers: Float32Array) => T): (() => T) => {
    const part = keep(tidy(() => stack(reduce().map((scalar) => cast(scalar, 'float32'))) as Tensor1D));
    const start = packed;
    const end = start + part.size;
    packed = end;
    parts.push(part);
    return () => parse(values.subarray(start, end));
  };
  return {
    stats(tensor, histogram) {
      if (!histogram)
        return pack(
          () => statsScalars(tensor),
          (numbers) => parseStats(tensor.size, numbers),
        );
      let stats: TensorStats | undefined;
      whole.push(
        readWhole(tensor).then((result) => {
          stats = result;
        }),
      );
      return () => stats as TensorStats;
    },
    compare: (before, after) => pack(() => pairScalars(before, after), parsePair),
    scalar: (tensor) =>
      pack(
        () => [tensor],
        ([value = Number.NaN]) => value,
      ),
    activeUnits(tensor) {
      const units = tensor.shape.at(-1) ?? 1;
      return pack(
        () => unstack(max(cast(notEqual(reshape(tensor, [-1, units]), 0), 'float32'), 0)) as Scalar[],
        (numbers) => numbers,
      );
    },
    countBeyond: (tensor, center, radius) =>
      pack(
        () => [sum(cast(greater(abs(sub(tensor, center)), radius), 'float32'))],
        ([count = 0]) => count,
      ),
    async settle() {
      const joined = parts.length > 0 ? keep(concat(parts)) : undefined;
      for (const part of parts) part.dispose();
      const [numbers] = await Promise.all([joined ? queue.read(joined) : values, ...whole]);
      values = numbers;
    },
    discard() {
      for (const part of parts) part.dispose();
    },
  };
}

async function readWhole(tensor: Tensor): Promise<TensorStats> {
  const held = hold(tensor);
  try {
    const bins = new Uint32Array(BIN_COUNT);
    return statsFromSums(measure(Float32Array.from(await held.data()), bins), bins);
  } finally {
    held.dispose();
  }
}

/** Sum, sum of squares and sum of absolute values of `x / largest`, then `largest`, extremes and counts. */
function statsScalars(tensor: Tensor): Scalar[] {
  const x = cast(reshape(tensor, [-1]), 'float32');
  const finite = isFiniteElement(x);
  const { scaled, largest } = scale(where(finite, x, zerosLike(x)));
  const high = mul(ones(x.shape), LARGEST);
  const count = (mask: Tensor): Scalar => sum(cast(mask, 'float32'));
  return [
    sum(scaled),
    sum(mul(scaled, scaled)),
    sum(abs(scaled)),
    largest,
    min(where(finite, x, high)),
    max(where(finite, x, mul(high, -1))),
    count(equal(x, 0)),
    count(isNaNElement(x)),
    count(isInf(x)),
  ];
}

function parseStats(size: number, numbers: Float32Array): TensorStats {
  const [
    total = 0,
    squares = 0,
    absolute = 0,
    largest = 0,
    low = 0,
    high = 0,
    zeros = 0,
    nans = 0,
    infs = 0,
  ] = numbers;
  const finite = size - nans - infs;
  return statsFromSums({
    finite,
    sum: total * largest,
    sumOfSquares: squares * largest * largest,
    absSum: absolute * largest,
    min: finite > 0 ? low : Infinity,
    max: finite > 0 ? high : -Infinity,
    zeros,
    nans,
    infs,
  });
}

/** Divides by the largest absolute value, or by 1 where all elements are 0. */
function scale(x: Tensor): { scaled: Tensor; largest: Scalar } {
  const greatest = max(abs(x));
  const largest = where(greater(greatest, 0), greatest, ones([])) as Scalar;
  return { scaled: div(x, largest), largest };
}

function pairScalars(before: Tensor, after: Tensor): Scalar[] {
  const a = scale(reshape(before, [-1]));
  const b = scale(reshape(after, [-1]));
  const difference = scale(sub(reshape(after, [-1]), reshape(before, [-1])));
  const square = ({ scaled }: { scaled: Tensor }): Scalar => sum(mul(scaled, scaled));
  const bothNaN = mul(cast(isNaNElement(before), 'float32'), cast(isNaNElement(after), 'float32'));
  const differs = mul(
    cast(notEqual(before, after), 'float32'),
    cast(logicalNot(cast(bothNaN, 'bool')), 'float32'),
  );
  return [
    square(a),
    a.largest,
    square(b),
    b.largest,
    square(difference),
    difference.largest,
    sum(mul(a.scaled, b.scaled)),
    sum(differs),
  ];
}

function parsePair(numbers: Float32Array): PairSums {
  const [aSum = 0, a = 0, bSum = 0, b = 0, differenceSum = 0, difference = 0, dot = 0, differing = 0] =
    numbers;
  return {
    aSquares: aSum * a * a,
    bSquares: bSum * b * b,
    differenceSquares: differenceSum * difference * difference,
    dot: dot * a * b,
    differing,
  };
}
