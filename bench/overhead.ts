import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { dispose, setBackend, type Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { clipByGlobalNorm, type Monitor, type WatchOptions, watch, withClipping } from '../src/index.js';
import { refuseKernels } from '../src/kernels/instantiate.js';
import { hostGauge } from '../src/watch/gauge-host.js';
import { everyOtherStep } from './harness/every-other-step.js';
import type { Bench, BenchCase } from './harness/measure.js';
import { inDebugMode, naiveNorms, oneHotBins } from './harness/peers.js';
import { conv, lstm128, mlp64, mlp128, mlp512, type Training } from './harness/training.js';
import { withinStep } from './harness/within-step.js';

const fullRecord: WatchOptions = { quiet: true, histograms: 1 };

/** Calls back with the gradients of every step, the way a monitor would see them. */
function onGradients({ optimizer }: LayersModel, use: (gradients: readonly Tensor[]) => void): void {
  const { applyGradients } = optimizer;
  optimizer.applyGradients = (given) => {
    use((given as unknown as { tensor: Tensor }[]).map(({ tensor }) => tensor));
    applyGradients.call(optimizer, given);
  };
}

/** Statistics and histogram of every gradient, and nothing else. */
const measureGradients = (model: LayersModel): void =>
  onGradients(model, (gradients) => {
    for (const gradient of gradients) hostGauge.stats(gradient, true);
  });

/** One training step on one batch, in each of the ways that are compared; each trains a model of its own. */
function overheadOf(training: Training, backend: 'cpu' | 'wasm'): BenchCase {
  const { x, y } = training.batch();
  const models: LayersModel[] = [];
  const monitors: Monitor[] = [];
  const step = (prepare: (model: LayersModel) => void): (() => Promise<void>) => {
    const model = training.build();
    prepare(model);
    models.push(model);
    return async () => {
      await model.trainOnBatch(x, y);
    };
  };
  const watched = (options: WatchOptions) => step((model) => monitors.push(watch(model, options)));
  const full = watched(fullRecord);
  const plain = step(() => {});
  return {
    case: training.name,
    backend,
    baseline: 'unwatched',
    slow: ['tf.norm + dataSync', 'one-hot histogram', 'enableDebugMode'],
    ...(training.pairs[backend] && { pairs: training.pairs[backend] }),
    // A usual step: what a monitor does now and then, such as making records together, is in the rows within a step.
    sampleMs: 0,
    variants: {
      unwatched: step(() => {}),
      'unwatched again': step(() => {}),
      gradients: step(measureGradients),
      watch: watched({ quiet: true }),
      'full record': full,
      'full record + activations': watched({ ...fullRecord, activations: 1 }),
      twin: async () => {
        refuseKernels(true);
        await full();
        refuseKernels(false);
      },
      clipByGlobalNorm: step((model) => {
        withClipping(model.optimizer, clipByGlobalNorm(1));
      }),
      'tf.norm + dataSync': step((model) => onGradients(model, naiveNorms)),
      'one-hot histogram': step((model) => onGradients(model, (gradients) => gradients.forEach(oneHotBins))),
      enableDebugMode: () => inDebugMode(plain),
    },
    async dispose() {
      for (const monitor of monitors) await monitor.stop();
      for (const model of models) model.dispose();
      dispose([x, y]);
    },
  };
}

/** Every training on each of its backends. */
async function* trainings(): AsyncGenerator<[Training, keyof Training['pairs']]> {
  for (const training of [mlp512, mlp128, mlp64, lstm128, conv]) {
    for (const backend of Object.keys(training.pairs) as (keyof Training['pairs'])[]) {
      await setBackend(backend);
      yield [training, backend];
    }
  }
}

const overhead: Bench = {
  summary: 'What clipping and watching add to the CPU time of a training step, beside what peers add',
  async *cases() {
    for await (const [training, backend] of trainings()) yield overheadOf(training, backend);
  },
  async *rows() {
    for await (const [training, backend] of trainings()) {
      // Tapped steps are differentiated by the monitor itself, which cannot be told apart within a step: see below.
      const watched = (options: WatchOptions) => (model: LayersModel) => {
        const monitor = watch(model, { ...options, activations: false });
        return () => monitor.stop();
      };
      const row = (variant: string, attach: (model: LayersModel) => () => unknown) =>
        withinStep('overhead', training, backend, variant, attach);
      yield await row('gradients', (model) => {
        measureGradients(model);
        return () => {};
      });
      yield await row('watch', watched({ quiet: true }));
      yield await row('full record', watched(fullRecord));
      yield await everyOtherStep('overhead', training, backend, 'activations, full record', (model, isOn) => {
        const monitor = watch(model, { ...fullRecord, activations: isOn });
        return () => monitor.stop();
      });
      refuseKernels(true);
      yield await row('twin', watched(fullRecord));
      refuseKernels(false);
    }
  },
};

export default overhead;
