import {
  cast,
  clipByValue,
  env,
  floorDiv,
  max,
  min,
  norm,
  oneHot,
  reshape,
  sub,
  sum,
  type Tensor,
  tidy,
} from '@tensorflow/tfjs-core';

/** What tutorials write: a norm and a read-back for each gradient. */
export function naiveNorms(gradients: readonly Tensor[]): void {
  for (const gradient of gradients) tidy(() => norm(gradient).dataSync());
}

/** What tfjs-node's TensorBoard writer does: 30 even bins, counted as the sum of one-hot rows on the backend. */
export function oneHotBins(values: Tensor): void {
  tidy(() => {
    const flat = reshape(values, [-1]);
    const low = min(flat);
    const width = sub(max(flat), low).dataSync()[0]! / 30;
    const indices = cast(clipByValue(floorDiv(sub(flat, low), width), 0, 29), 'int32');
    sum(oneHot(indices, 30), 0).dataSync();
  });
}

/** Runs a step in the debug mode of tfjs, which looks for NaN in the result of every kernel; its log is muted. */
export async function inDebugMode(step: () => Promise<void>): Promise<void> {
  const { log, warn } = console;
  console.log = () => {};
  console.warn = () => {};
  env().set('DEBUG', true);
  try {
    await step();
  } finally {
    env().set('DEBUG', false);
    Object.assign(console, { log, warn });
  }
}
