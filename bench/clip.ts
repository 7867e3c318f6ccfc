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
import { withinStep } from './harness/within-step.js';

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

const usual = ['clipByGlobalNorm, not firing', 'clipByGlobalNorm', readBackClip.name];

/**
 * What whole steps are compared for: the usual strategy, what tutorials write and the two dearest. Steps of one model
 * differ from those of another by 10 % and more, so that only many pairs tell 2 %; every strategy is measured within
 * its own step. Steps of cpu take a second or so.
 */
const compared = {
  wasm: { pairs: 71, names: [...usual, 'adaptiveClip', 'spikeClip'] },
  cpu: { pairs: 21, names: usual },
} as const;

type Backend = keyof typeof compared;

/** Every variant trains a model of its own from the same weights on the same batch. */
function clippingOn(backend: Backend): BenchCase {
  const { pairs, names } = compared[backend];
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
    pairs,
    variants: {
      unclipped: step(),
      // The same work once more: how far two equal variants differ tells what the machine lets a ratio say.
      'unclipped again': step(),
      ...Object.fromEntries(names.map((name) => [name, step(strategies[name])])),
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

const backends: readonly Backend[] = ['wasm', 'cpu'];

const clip: Bench = {
  summary: 'What each clip strategy adds to the CPU time of a training step',
  async *cases() {
    for (const backend of backends) {
      await setBackend(backend);
      yield clippingOn(backend);
    }
  },
  async *rows() {
    for (const backend of backends) {
      await setBackend(backend);
      for (const [name, strategy] of Object.entries(strategies)) {
        yield await withinStep('clip', mlp512, backend, name, (model) => {
          withClipping(model.optimizer, strategy, { model });
          return () => stopClipping(model.optimizer);
        });
      }
    }
  },
};

export default clip;
