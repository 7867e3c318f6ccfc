import type { LayerFacts } from '../../src/record/run.js';
import { failing, weightsOf } from './facts.js';
import { chain } from './histories.js';
import { poorInitialization } from './told.js';

type Options = Parameters<typeof poorInitialization>[0];
export interface Given extends Partial<LayerFacts> {
  readonly gain: number;
}

/** A run of layers `l0`, `l1`, ..., whose kernels of 4 x 4 have the norm 2 g, and so exactly the gain g. */
export function run(layers: readonly Given[], parts = {}) {
  const facts = layers.map(({ gain: _, ...facts }, i) => ({
    path: `l${i}`,
    weights: { kernel: [4, 4] },
    initializers: { kernel: 'RandomNormal(0, 0.3)' },
    ...facts,
  }));
  const norms = Object.fromEntries(layers.map(({ gain }, i) => [`l${i}/kernel`, { weightNorm: 2 * gain }]));
  return failing({
    steps: 30,
    model: chain(facts),
    gradients: () => Object.fromEntries(Object.keys(norms).map((key) => [key, 0.1])),
    change: weightsOf(norms),
    loss: () => 1,
    ...parts,
  });
}

export const out = { gain: 1, activation: 'linear' };
export const check = (layers: readonly Given[], options: Options = {}, parts = {}) =>
  poorInitialization(options).check(run(layers, parts));
/** What one record tells. */
export const atOnce = (layers: readonly Given[], options: Options = {}) =>
  check(layers, { atOnce: true, ...options }, { steps: 1 });
export const of = (activation: string, ...gains: readonly number[]) =>
  gains.map((gain) => ({ gain, activation }));
