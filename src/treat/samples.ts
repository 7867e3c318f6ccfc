import { gather, type Tensor, tensor1d, tidy } from '@tensorflow/tfjs-core';

/** Inputs and targets of equally many samples. */
export interface Samples {
  /** One for each input of the model. */
  readonly x: readonly Tensor[];
  /** One for each output of the model. */
  readonly y: readonly Tensor[];
  readonly count: number;
}

/** @throws TypeError for something else than tensors, RangeError where they differ in length or are empty. */
export function samplesOf(
  x: Tensor | readonly Tensor[],
  y: Tensor | readonly Tensor[],
  who: string,
): Samples {
  const [xs, ys] = [[x].flat(), [y].flat()] as [Tensor[], Tensor[]];
  for (const each of [...xs, ...ys]) {
    if (!Array.isArray(each?.shape) || each.shape.length === 0) {
      throw new TypeError(
        `${who}: x and y must be tensors with a first axis of samples, got ${String(each)}`,
      );
    }
  }
  const counts = [...xs, ...ys].map(({ shape }) => shape[0] ?? 0);
  const [count = 0] = counts;
  if (count === 0 || counts.some((each) => each !== count)) {
    throw new RangeError(
      `${who}: x and y must have equally many samples, at least one, got ${counts.join(' and ')}`,
    );
  }
  return { x: xs, y: ys, count };
}

/** These rows, in this order; the caller disposes them. */
export function take({ x, y }: Samples, rows: readonly number[]): Samples {
  return tidy(() => {
    const indices = tensor1d([...rows], 'int32');
    const of = (tensors: readonly Tensor[]): Tensor[] => tensors.map((each) => gather(each, indices));
    return { x: of(x), y: of(y), count: rows.length };
  });
}
