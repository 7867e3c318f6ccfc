import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { clipByGlobalNorm, stopClipping, withClipping } from '../../src/index.js';
import { preflight } from '../../src/treat/preflight.js';
import { watch } from '../../src/watch/watch.js';

type Initializer = Parameters<typeof tfl.layers.dense>[0]['kernelInitializer'];

const he = (seed: number) => tfl.initializers.heUniform({ seed });
function mlp(
  hidden: number,
  activation: 'relu' | 'tanh' | 'sigmoid',
  initializer: (seed: number) => Initializer,
  biasInitializer: Initializer = 'zeros',
): tfl.Sequential {
  const model = tfl.sequential();
  for (let i = 0; i < hidden; i++) {
    const kernelInitializer = initializer(i + 1) as 'zeros';
    const bias = biasInitializer as 'zeros';
    model.add(
      tfl.layers.dense({
        name: `h${i + 1}`,
        units: 16,
        activation,
        kernelInitializer,
        biasInitializer: bias,
        ...(i === 0 && { inputShape: [4] }),
      }),
    );
  }
  const kernelInitializer = initializer(99) as 'zeros';
  model.add(tfl.layers.dense({ name: 'out', units: 3, activation: 'softmax', kernelInitializer }));
  model.compile({ optimizer: tf.train.adam(0.01), loss: 'categoricalCrossentropy' });
  return model;
}
const inputs = (n = 64) => tf.randomNormal([n, 4], 0, 1, 'float32', 7);
const targets = (n = 64) =>
  tf.cast(
    tf.oneHot(
      tf.tensor1d(
        Array.from({ length: n }, (_, i) => i % 3),
        'int32',
      ),
      3,
    ),
    'float32',
  );
const first = async (model: tfl.LayersModel, x = inputs(), y = targets()) =>
  (await preflight(model, x, y)).findings.find(({ severity }) => severity !== 'info')?.rule;

describe.each(['cpu', 'wasm'])('preflight on %s', (backend) => {
  beforeEach(async () => {
    await tf.setBackend(backend);
  });
  afterEach(() => tf.disposeVariables());

  test('finds nothing in a model that begins well, and its loss near ln 3', async () => {
    const report = await preflight(mlp(3, 'relu', he), inputs(), targets());

    expect(report.findings).toEqual([]);
    expect(report.chance).toBeCloseTo(Math.log(3), 6);
    expect(report.loss).toBeGreaterThan(0.5);
    expect(report.loss).toBeLessThan(3);
    expect(report.run.steps).toHaveLength(1);
  });

  test.each<[string, string, () => tfl.LayersModel]>([
    ['zeros', 'symmetric-weights', () => mlp(2, 'relu', () => 'zeros')],
    [
      'one constant',
      'symmetric-weights',
      () => mlp(2, 'tanh', () => tfl.initializers.constant({ value: 0.1 })),
    ],
    [
      'tiny weights',
      'poor-initialization',
      () => mlp(8, 'relu', (seed) => tfl.initializers.randomNormal({ mean: 0, stddev: 0.01, seed })),
    ],
    [
      'huge weights',
      'poor-initialization',
      () => mlp(6, 'relu', (seed) => tfl.initializers.randomNormal({ mean: 0, stddev: 3, seed })),
    ],
    [
      'weights that saturate',
      'poor-initialization',
      () => mlp(2, 'tanh', (seed) => tfl.initializers.randomNormal({ mean: 0, stddev: 5, seed })),
    ],
    ['many sigmoids', 'vanishing-gradient', () => mlp(9, 'sigmoid', he)],
    [
      'biases that switch units off',
      'dead-units',
      () => mlp(2, 'relu', he, tfl.initializers.constant({ value: -50 })),
    ],
  ])('names %s at step 0 as %s', async (_title, rule, make) => {
    expect(await first(make())).toBe(rule);
  });

  test('names inputs out of scale and an output that does not fit', async () => {
    expect(await first(mlp(2, 'relu', he), tf.mul(inputs(), 1e4))).toBe('input-scale');
    const model = tfl.sequential({
      layers: [tfl.layers.dense({ units: 1, activation: 'softmax', inputShape: [4] })],
    });
    model.compile({ optimizer: 'sgd', loss: 'binaryCrossentropy' });
    expect(await first(model, inputs(), tf.ones([64, 1]))).toBe('output-loss-mismatch');
  });

  test('leaves weights, moving averages, moments and memory as they were', async () => {
    const model = tfl.sequential({
      layers: [
        tfl.layers.dense({ units: 8, inputShape: [4] }),
        tfl.layers.batchNormalization(),
        tfl.layers.dense({ units: 3, activation: 'softmax' }),
      ],
    });
    model.compile({ optimizer: tf.train.adam(0.01), loss: 'categoricalCrossentropy' });
    const [x, y] = [inputs(), targets()];
    await model.trainOnBatch(x, y);
    const values = async () => [
      ...model.getWeights().map((weight) => Array.from(weight.dataSync())),
      ...(await model.optimizer.getWeights()).map(({ tensor }) => Array.from(tensor.dataSync())),
    ];
    const before = await values();
    await preflight(model, x, y);
    const tensors = tf.memory().numTensors;
    await preflight(model, x, y);

    expect(tf.memory().numTensors).toBe(tensors);
    expect(await values()).toEqual(before);
    expect(Object.hasOwn(model.optimizer, 'applyGradients')).toBe(false);
  });

  test('splits the decay of the gradient into weights and activations, and foretells it', async () => {
    const { profile } = await preflight(mlp(8, 'sigmoid', he), inputs(), targets());
    const { slope, weightSlope, activationSlope, layers } = profile;

    // Weights of variance 2 / 16 carry sqrt(2) back and a sigmoid's slope is about 1/4: log10(sqrt(2) / 4) = -0.45.
    expect(slope).toBeGreaterThan(-0.8);
    expect(slope).toBeLessThan(-0.3);
    expect(activationSlope).toBeLessThan(-0.5);
    expect((weightSlope ?? 0) + (activationSlope ?? 0)).toBeCloseTo(slope ?? 0, 12);
    expect(layers.map(({ path }) => path)).toEqual(['h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'h7', 'h8', 'out']);
    for (const { path, output, predictedOutput, gradientRatio, predictedRatio } of layers.slice(0, -1)) {
      expect(output / (predictedOutput ?? 0), path).toBeGreaterThan(0.8);
      expect(output / (predictedOutput ?? 0), path).toBeLessThan(1.25);
      // In one net of 16 units norms scatter by a factor of a few over eight layers.
      expect(Math.abs(Math.log10((gradientRatio ?? 0) / (predictedRatio ?? 0))), path).toBeLessThan(1.2);
    }
  });

  test('tells how long a recurrent layer remembers', async () => {
    const layer = tfl.layers.simpleRNN({
      name: 'rnn',
      units: 4,
      activation: 'linear',
      recurrentInitializer: tfl.initializers.identity({ gain: 0.5 }),
      inputShape: [10, 2],
    });
    const model = tfl.sequential({ layers: [layer, tfl.layers.dense({ units: 1 })] });
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    const { memory } = await preflight(model, tf.randomNormal([8, 10, 2]), tf.randomNormal([8, 1]));
    // Half of the gradient is left after each step back.
    expect(memory['rnn']).toBeCloseTo(1, 4);
  });

  test('takes samples from all over the data, no more than it needs', async () => {
    const x = tf.reshape(tf.range(0, 1000), [1000, 1]);
    const model = tfl.sequential({ layers: [tfl.layers.dense({ units: 1, inputShape: [1] })] });
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    const { run } = await preflight(model, x, x, { batchSize: 4 });
    expect(run.data?.input).toMatchObject({ size: 4, min: 0, max: 750 });
  });

  test('sees the same whether the optimizer clips or not, and leaves the clip on it', async () => {
    const model = mlp(8, 'sigmoid', he);
    const plain = await preflight(model, inputs(), targets());
    withClipping(model.optimizer, clipByGlobalNorm(1e-3));
    const clipped = await preflight(model, inputs(), targets());
    expect(clipped.findings).toEqual(plain.findings);
    expect(clipped.loss).toBe(plain.loss);
    expect(Object.hasOwn(model.optimizer, 'applyGradients')).toBe(true);
    stopClipping(model.optimizer);
    expect(Object.hasOwn(model.optimizer, 'applyGradients')).toBe(false);
  });

  test.each([true, false])(
    'leaves the state that a stateful layer carries as it was (used before: %s)',
    async (used) => {
      const recurrent = tfl.layers.simpleRNN({
        units: 2,
        stateful: true,
        batchInputShape: [4, 3, 2],
        recurrentInitializer: 'glorotUniform',
      } as never);
      const model = tfl.sequential({
        layers: [recurrent as tfl.layers.Layer, tfl.layers.dense({ units: 1 })],
      });
      model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
      const ask = () =>
        tf.tidy(() => [...(model.predict(tf.ones([4, 3, 2]), { batchSize: 4 }) as tf.Tensor).dataSync()]);
      if (used) ask();
      // What it says next depends on its state.
      const state = () =>
        (recurrent as unknown as { states_: tf.Tensor[] | null }).states_?.map((s) => [...s.dataSync()]);
      const before = state();
      const { numTensors } = tf.memory();
      await preflight(model, tf.randomNormal([4, 3, 2], 0, 1, 'float32', 1), tf.ones([4, 1]));
      if (used) {
        expect(state()).toEqual(before);
        // The samples of the test itself.
        expect(tf.memory().numTensors).toBe(numTensors + 2);
      } else {
        expect(
          state()
            ?.flat()
            .every((value) => value === 0),
        ).toBe(true);
      }
    },
  );

  test('refuses a model that is not compiled or watched already, and data that do not fit', async () => {
    const bare = tfl.sequential({ layers: [tfl.layers.dense({ units: 1, inputShape: [4] })] });
    await expect(preflight(bare, inputs(), targets())).rejects.toThrow(/preflight: .*compile/);
    const model = mlp(1, 'relu', he);
    await expect(preflight(model, inputs(3), targets(4))).rejects.toThrow(RangeError);
    await expect(preflight(model, inputs(), targets(), { batchSize: 0 })).rejects.toThrow(
      new RangeError('preflight: batchSize must be a positive integer, got 0'),
    );
    const monitor = watch(model, { quiet: true });
    await expect(preflight(model, inputs(), targets())).rejects.toThrow(/watched already/);
    expect(Object.getOwnPropertyDescriptor(model.optimizer, 'applyGradients')).toBeDefined();
    await monitor.stop();
    expect(Object.hasOwn(model.optimizer, 'applyGradients')).toBe(false);
  });
});

test('a layer that the backend cannot train is a finding', async () => {
  await tf.setBackend('wasm');
  const model = tfl.sequential({
    layers: [
      tfl.layers.conv2d({ name: 'conv', filters: 2, kernelSize: 3, inputShape: [5, 5, 1] }),
      tfl.layers.flatten(),
      tfl.layers.dense({ units: 1 }),
    ],
  });
  model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  const { findings, verdict } = await preflight(model, tf.ones([4, 5, 5, 1]), tf.ones([4, 1]));
  expect(findings).toMatchObject([{ rule: 'step-failed', severity: 'error' }]);
  expect(verdict).toContain('Conv2DBackpropFilter');
});
