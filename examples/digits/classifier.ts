import * as fs from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { type ClipStrategy, initializers, jsonlSink, type Report, type When, watch } from 'gradient-health';
import { nodeFile, tensorBoardSink } from 'gradient-health/tensorboard';
import { type Digits, PIXELS, readDigits } from './data.js';
import { progress } from './progress.js';

/** Everything that may differ between two trainings on the same digits. */
export interface Plan {
  readonly hiddenLayers: number;
  /** As tfjs spells it, or a layer after each hidden one, which then shows the gradient before the activation. */
  readonly activation: 'sigmoid' | 'relu' | (() => tfl.layers.Layer);
  /** Of this library, else of tfjs. */
  readonly initializer: string;
  /** Of the initialiser, where not its own default. */
  readonly gain?: number;
  readonly output: 'softmax' | 'linear';
  readonly loss: 'categoricalCrossentropy' | 'meanSquaredError';
  readonly optimizer: () => tf.Optimizer;
  readonly clip?: ClipStrategy;
}

/** What one training came to. */
export interface Outcome {
  readonly report: Report;
  readonly finalLoss: number;
  /** On digits by other writers than the training ones, from 0 to 1. */
  readonly testAccuracy: number;
  /** Where the records were written, as lines; for TensorBoard they are beside it in `tensorboard`. */
  readonly log: string;
}

const EPOCHS = 2;
const BATCH = 40;
const UNITS = 64;

type Tensors = { readonly x: tf.Tensor2D; readonly y: tf.Tensor2D };

const toTensors = ({ count, pixels, labels }: Digits): Tensors => ({
  x: tf.tensor2d(pixels, [count, PIXELS]),
  // Cast afterwards: on wasm, oneHot with dtype float32 fills in the bits of integers.
  y: tf.tidy(() => tf.cast(tf.oneHot(tf.tensor1d(labels, 'int32'), 10), 'float32') as tf.Tensor2D),
});

export const loadDigits = (train: number, test: number): { train: Tensors; test: Tensors } => ({
  train: toTensors(readDigits('train', train)),
  test: toTensors(readDigits('test', test)),
});

function build(plan: Plan, seed: number): tfl.Sequential {
  const factories = { ...tfl.initializers, ...initializers } as Record<string, unknown>;
  const factory = factories[plan.initializer] as typeof initializers.heUniform | undefined;
  if (!factory) throw new Error(`There is no initialiser ${plan.initializer}`);
  const dense = (
    depth: number,
    name: string,
    units: number,
    activation: 'sigmoid' | 'relu' | 'softmax' | 'linear',
  ) => {
    const kernelInitializer = factory({
      seed: 100 * seed + depth,
      ...(plan.gain !== undefined && { gain: plan.gain }),
    });
    const input = depth === 0 ? { inputShape: [PIXELS] } : {};
    return tfl.layers.dense({ name, units, activation, kernelInitializer, ...input });
  };
  const { activation, hiddenLayers } = plan;
  const hidden = Array.from({ length: hiddenLayers }, (_, depth) => {
    const name = `hidden_${depth + 1}`;
    if (typeof activation === 'string') return [dense(depth, name, UNITS, activation)];
    return [dense(depth, name, UNITS, 'linear'), activation()];
  }).flat();
  const model = tfl.sequential({ layers: [...hidden, dense(hiddenLayers, 'output', 10, plan.output)] });
  model.compile({ optimizer: plan.optimizer(), loss: plan.loss, metrics: ['accuracy'] });
  return model;
}

export interface TrainOptions {
  readonly seed: number;
  /** Where the records go. */
  readonly folder: string;
  /** When the gradients of layer outputs are recorded too. */
  readonly activations?: When | false;
}

/** Trains as a user would, watched; every record is on disk before the next step, whatever happens then. */
export async function train(
  label: string,
  plan: Plan,
  { train, test }: ReturnType<typeof loadDigits>,
  { seed, folder, activations = false }: TrainOptions,
): Promise<Outcome> {
  const name = `${label.match(/\w+/g)?.join('-')}-seed-${seed}`;
  const events = join(folder, 'tensorboard', name);
  fs.rmSync(events, { recursive: true, force: true }); // else TensorBoard takes both trainings for one
  fs.mkdirSync(folder, { recursive: true });
  const log = join(folder, `${name}.jsonl`);
  fs.writeFileSync(log, '');
  const model = build(plan, seed);
  const steps = EPOCHS * Math.ceil((train.x.shape[0] ?? 0) / BATCH);
  const bar = progress(label, steps);
  const monitor = watch(model, {
    ...(plan.clip && { clip: plan.clip }),
    histograms: 50,
    activations,
    history: 2000,
    // A NaN never heals: the rest of the epochs would be wasted.
    onFinding: ({ rule }) => {
      if (rule === 'non-finite') model.stopTraining = true;
    },
    sinks: [jsonlSink((line) => fs.appendFileSync(log, line)), tensorBoardSink(nodeFile(fs, events))],
    onStep: ({ step, loss }) => bar.step(step + 1, `loss ${loss?.toFixed(3)}`),
  });
  await model.fit(train.x, train.y, { epochs: EPOCHS, batchSize: BATCH, shuffle: false, verbose: 0 });
  const testAccuracy = tf.tidy(() => {
    const [, accuracy] = model.evaluate(test.x, test.y) as tf.Scalar[];
    return accuracy?.dataSync()[0] ?? Number.NaN;
  });
  await monitor.stop();
  const report = monitor.report();
  const finalLoss = report.run.steps.at(-1)?.loss ?? Number.NaN;
  bar.end(`loss ${finalLoss.toFixed(3)}  test accuracy ${testAccuracy.toFixed(3)}`);
  model.optimizer.dispose();
  model.dispose();
  return { report, finalLoss, testAccuracy, log };
}
