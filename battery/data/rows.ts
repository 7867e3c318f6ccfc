import type { Fields } from '../fields.js';
import { permutation, type Random } from '../random.js';

/** Samples, row-major. */
export interface Rows {
  readonly count: number;
  readonly x: Float32Array;
  /** Of one sample. */
  readonly xShape: readonly number[];
  readonly y: Float32Array;
  /** Of one target. */
  readonly yShape: readonly number[];
  /** How many classes the numbers in `y` stand for; absent where they are values. */
  readonly classes?: number;
}

/** What one kind of data leaves to the runner. */
export interface Generated {
  readonly rows: Rows;
  /** Rows kept from training that came with the data. */
  readonly heldOut?: Rows;
  /** What was taken off the targets: value = mean + std * target. */
  readonly targetScale?: Scale;
}

export interface Scale {
  readonly mean: number;
  readonly std: number;
}

/** A kind of data: the fields that describe it, and how to make it. */
export interface Kind {
  readonly fields: Fields;
  /** Only for descriptions that were checked against `fields`. */
  readonly generate: (description: unknown) => Generated;
}

/** A kind whose fields are exactly those that its generator reads. */
export function kind<Description>(
  fields: Fields<Description>,
  generate: (description: Description) => Generated,
): Kind {
  return {
    fields: fields as Fields,
    generate: (description) => generate(description as Description),
  };
}

/** Fields of every kind that is drawn at random. */
export interface Drawn {
  readonly n: number;
  readonly seed?: number;
  readonly train?: number;
}

/** Rows `from` to `to`. */
export function sliceRows(rows: Rows, from: number, to: number): Rows {
  const x = rows.x.length / rows.count;
  const y = rows.y.length / rows.count;
  return {
    ...rows,
    count: to - from,
    x: rows.x.slice(from * x, to * x),
    y: rows.y.slice(from * y, to * y),
  };
}

/** Rows in the order of `indices`. */
export function gatherRows(rows: Rows, indices: readonly number[]): Rows {
  return {
    ...rows,
    count: indices.length,
    x: gather(rows.x, rows.x.length / rows.count, indices),
    y: gather(rows.y, rows.y.length / rows.count, indices),
  };
}

function gather(values: Float32Array, width: number, indices: readonly number[]): Float32Array {
  const gathered = new Float32Array(indices.length * width);
  indices.forEach((from, to) => {
    gathered.set(values.subarray(from * width, (from + 1) * width), to * width);
  });
  return gathered;
}

/** Points of a plane with their classes, shuffled. */
export function labelledPoints(
  points: readonly (readonly number[])[],
  labels: readonly number[],
  random: Random,
): Rows {
  const rows = {
    count: points.length,
    x: Float32Array.from(points.flat()),
    xShape: [points[0]?.length ?? 0],
    y: Float32Array.from(labels),
    yShape: [],
    classes: 1 + Math.max(1, ...labels),
  };
  return gatherRows(rows, permutation(points.length, random));
}
