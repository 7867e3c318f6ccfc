import { count, integer, optional } from '../fields.js';
import { streamOf } from '../random.js';
import { type Drawn, type Kind, kind } from './rows.js';

interface Sequences extends Drawn {
  readonly length: number;
}

const drawn = { n: count, length: count, seed: optional(integer), train: optional(count) };

/**
 * The adding problem: channel 0 holds numbers from [0, 1), channel 1 two ones, one in each half; the target is the sum of
 * the two marked numbers. Source: Hochreiter and Schmidhuber (1997), in the form of arXiv 1504.00941.
 */
export const adding: Kind = kind<Sequences>(drawn, ({ n, length, seed = 0 }) => {
  const random = streamOf(seed);
  const x = new Float32Array(n * length * 2);
  const y = new Float32Array(n);
  const half = Math.floor(length / 2);
  for (let row = 0; row < n; row++) {
    const marks = [Math.floor(random() * half), half + Math.floor(random() * (length - half))];
    for (let t = 0; t < length; t++) {
      const at = 2 * (row * length + t);
      x[at] = random();
      if (!marks.includes(t)) continue;
      x[at + 1] = 1;
      y[row]! += x[at]!;
    }
  }
  return { rows: { count: n, x, xShape: [length, 2], y, yShape: [1] } };
});

/**
 * The copying problem: `length` symbols, one-hot, then `delay` blanks, then a mark and blanks while the symbols are to be
 * given back in order. The target is a class at each of the length + delay + length time steps, the blank being class 0.
 * Source: Hochreiter and Schmidhuber (1997), in the form of arXiv 1511.06464.
 */
export const copy: Kind = kind<Sequences & { readonly symbols?: number; readonly delay?: number }>(
  { ...drawn, symbols: optional(count), delay: optional(count) },
  ({ n, length, seed = 0, symbols = 8, delay = 10 }) => {
    const random = streamOf(seed);
    const steps = length + delay + length;
    const width = symbols + 2;
    const x = new Float32Array(n * steps * width);
    const y = new Float32Array(n * steps);
    for (let row = 0; row < n; row++) {
      for (let t = 0; t < steps; t++) {
        const mark = t === length + delay ? symbols + 1 : 0;
        const symbol = t < length ? 1 + Math.floor(random() * symbols) : mark;
        x[(row * steps + t) * width + symbol] = 1;
        if (t < length) y[row * steps + length + delay + t] = symbol;
      }
    }
    return { rows: { count: n, x, xShape: [steps, width], y, yShape: [steps], classes: symbols + 1 } };
  },
);
