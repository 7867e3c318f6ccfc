import '@tensorflow/tfjs-backend-webgl';
import '@tensorflow/tfjs-backend-webgpu';
import { dispose, setBackend } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { type Cell, fused, inputOf, lossAndGradients, peer, type Size } from './models.js';

/** What to measure in the page. */
export interface PageCase {
  readonly backend: 'webgl' | 'webgpu';
  readonly cell: Cell;
  readonly size: Size;
  readonly pairs: number;
}

declare global {
  /** Gives the clock time of a fused training step over that of the peer's, by pairs; `null` without the backend. */
  var stepRatios: (given: PageCase) => Promise<number[] | null>;
}

globalThis.stepRatios = async ({ backend, cell, size, pairs }) => {
  if (!(await setBackend(backend).catch(() => false))) return null;
  const x = inputOf(size);
  const theirs = peer(cell, size);
  const ours = fused(cell, size, theirs);
  const step = async (model: LayersModel): Promise<number> => {
    const from = performance.now();
    const tensors = lossAndGradients(model, x);
    await Promise.all(tensors.map((tensor) => tensor.data()));
    const ms = performance.now() - from;
    dispose(tensors);
    return ms;
  };
  // Shaders are compiled at their first use.
  for (const model of [ours, theirs]) await step(model);
  const ratios: number[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    const first = pair % 2 === 0 ? ours : theirs;
    const [a, b] = [await step(first), await step(first === ours ? theirs : ours)];
    ratios.push(first === ours ? a / b : b / a);
  }
  for (const model of [ours, theirs]) model.dispose();
  x.dispose();
  return ratios;
};
