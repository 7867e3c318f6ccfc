import { type Check, count, flag, integer, number, optional, positive, text } from '../fields.js';
import { gaussian, permutation, streamOf } from '../random.js';
import { parseExpression } from './expression.js';
import { gatherRows, type Kind, kind, type Scale } from './rows.js';

interface Description {
  readonly x: readonly [from: number, to: number, step: number];
  readonly y: string;
  readonly noise?: number;
  readonly standardize?: boolean;
  readonly seed?: number;
  readonly train?: number;
}

const range: Check = {
  expects: '[from, to, step] with a step that leads from one to the other',
  holds: (value) =>
    Array.isArray(value) &&
    value.length === 3 &&
    value.every(number.holds) &&
    (value[1] - value[0]) / value[2] >= 0,
};

/** A function of one number, both ends of the range included; `standardize` shifts and scales x and y by the training rows. */
export const functionOfX: Kind = kind<Description>(
  {
    x: range,
    y: text,
    noise: optional(positive),
    standardize: optional(flag),
    seed: optional(integer),
    train: optional(count),
  },
  ({ x: [from, to, step], y, noise = 0, standardize = false, seed = 0, train }) => {
    const random = streamOf(seed);
    const f = parseExpression(y);
    // Half a step of slack, so that 0.1 fifty times reaches 5.
    const size = Math.floor((to - from) / step + 0.5) + 1;
    const xs = Array.from({ length: size }, (_, i) => from + step * i);
    const ys = xs.map((x) => f(x, () => gaussian(random)) + noise * gaussian(random));
    const rows = gatherRows(
      { count: size, x: Float32Array.from(xs), xShape: [1], y: Float32Array.from(ys), yShape: [1] },
      permutation(size, random),
    );
    if (!standardize) return { rows };
    const xScale = scaleOf(rows.x.subarray(0, train ?? size));
    const yScale = scaleOf(rows.y.subarray(0, train ?? size));
    return {
      rows: { ...rows, x: shrink(rows.x, xScale), y: shrink(rows.y, yScale) },
      targetScale: yScale,
    };
  },
);

function scaleOf(values: Float32Array): Scale {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  // A constant has nothing to scale.
  return { mean, std: Math.sqrt(variance) || 1 };
}

const shrink = (values: Float32Array, { mean, std }: Scale): Float32Array =>
  values.map((value) => (value - mean) / std);
