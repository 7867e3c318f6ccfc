import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { dispose, mul, type NamedTensorMap, norm, setBackend, type Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import {
  adaptiveClip,
  autoClip,
  type ClipStrategy,
  centralize,
  clipByBlockRms,
  clipByGlobalNorm,
  clipByNorm,
  clipByValue,
  skipNonFinite,
  spikeClip,
  stopClipping,
  windowClip,
  withClipping,
  zClip,
  zeroNonFinite,
} from '../src/index.js';
import type { Bench, BenchCase } from './harness/measure.js';
import { mlp512 } from './harness/training.js';

/** What tutorials write: the norm of each gradient is read back, and a branch decides. */
const readBackClip: ClipStrategy = {
  name: 'dataSync per tensor',
  apply: (gradients) => {
    const clipped: NamedTensorMap = {};
    for (const [name, gradient] of Object.entries(gradients)) {
      const length = norm(gradient).dataSync()[0] ?? 0;
      clipped[name] = length > 0.01 ? mul(gradient, 0.01 / length) : gradient;
    }
    return { gradients: clipped };
  },
};

/** Limits so low that the fixed ones fire at every step, which costs a second pass, and one so high that none does. */
const strategies: Readonly<Record<string, ClipStrategy>> = {
  'clipByGlobalNorm, not firing': clipByGlobalNorm(1e6),
  clipByGlobalNorm: clipByGlobalNorm(0.01),
  clipByNorm: clipByNorm(0.01),
  clipByValue: clipByValue(1e-5),
  clipByBlockRms: clipByBlockRms(1e-5),
  adaptiveClip: adaptiveClip({ factor: 1e-4 }),
  autoClip: autoClip(),
  zClip: zClip(),
  windowClip: windowClip(),
  spikeClip: spikeClip(),
  skipNonFinite: skipNonFinite(),
  zeroNonFinite: zeroNonFinite(),
  centralize: centralize(),
  'dataSync per tensor': readBackClip,
};

/** Steps of cpu take a second or so. */
const pairs = { wasm: 101, cpu: 15 };

/** Every variant trains a model of its own from the same weights on the same batch. */
function clippingOn(backend: 'cpu' | 'wasm'): BenchCase {
  const { x, y } = mlp512.batch();
  const models: LayersModel[] = [];
  const step = (strategy?: ClipStrategy): (() => Promise<void>) => {
    const model = mlp512.build();
    if (strategy) withClipping(model.optimizer, strategy, { model });
    models.push(model);
    return async () => {
      await model.trainOnBatch(x, y);
    };
  };
  return {
    case: mlp512.name,
    backend,
    baseline: 'unclipped',
    pairs: pairs[backend],
    variants: {
      unclipped: step(),
      // The same work once more: how far two equal variants differ tells what the machine lets a ratio say.
      'unclipped again': step(),
      ...Object.fromEntries(Object.entries(strategies).map(([name, strategy]) => [name, step(strategy)])),
    },
    dispose() {
      for (const model of models) {
        stopClipping(model.optimizer);
        model.dispose();
      }
      dispose([x, y] satisfies Tensor[]);
    },
  };
}

const clip: Bench = {
  summary: 'What each clip strategy adds to the CPU time of a training step',
  async *cases() {
    for (const backend of ['wasm', 'cpu'] as const) {
      await setBackend(backend);
      yield clippingOn(backend);
    }
  },
};

export default clip;
