import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { type StepRecord, watch } from 'gradient-health';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compiled, data, mlp, weightsOf } from './models.js';

const B = 4;
const T = 5;
const I = 3;
const H = 2;
const recurrent = { units: H, inputShape: [T, I], recurrentInitializer: 'glorotUniform' as const };
const sequence = () => tf.randomNormal([B, T, I], 0, 1, 'float32', 5);
const target = () => tf.randomNormal([B, 1], 0, 1, 'float32', 6);

const norm = (values: ArrayLike<number>): number => Math.hypot(...Array.from(values));

async function oneStep(
  model: tfl.LayersModel,
  x: tf.Tensor | tf.Tensor[],
  y: tf.Tensor,
): Promise<StepRecord> {
  const monitor = watch(model, { quiet: true, activations: 1 });
  await model.trainOnBatch(x, y);
  await monitor.stop();
  return monitor.records[0]!;
}

describe.each(['cpu', 'wasm'])('on %s', (backend) => {
  beforeAll(() => tf.setBackend(backend));
  afterAll(() => tf.setBackend('cpu'));

  test.each(['simpleRNN', 'gru', 'lstm'] as const)(
    'dL/dh_t of %s equals the gradient with respect to an additive perturbation of h_t',
    async (kind) => {
      const layer = tfl.layers[kind](recurrent) as tfl.RNN;
      const last = tfl.layers.dense({ units: 1 });
      const model = tfl.sequential({ layers: [layer, last] });
      model.compile({ optimizer: tf.train.sgd(0), loss: 'meanSquaredError' });
      const [x, y] = [sequence(), target()];
      const record = await oneStep(model, x, y);

      const inputs = tf.unstack(x, 1);
      const perturbed = (...eps: tf.Tensor[]): tf.Scalar => {
        let states: tf.Tensor[] = Array.from({ length: kind === 'lstm' ? 2 : 1 }, () => tf.zeros([B, H]));
        let h = tf.zeros([B, H]) as tf.Tensor;
        for (const [t, input] of inputs.entries()) {
          const [out, , c] = layer.cell.call([input, ...states], { training: true }) as tf.Tensor[];
          h = tf.add(out!, eps[t]!);
          states = c ? [h, c] : [h];
        }
        return tf.mean(tf.square(tf.sub(last.call(h, {}) as tf.Tensor, y)));
      };
      const expected = tf.grads(perturbed)(Array.from({ length: T }, () => tf.zeros([B, H])));
      const through = record.throughTime![layer.name]!;
      expect(through.hiddenGradientNorms).toEqual(
        expected.map((gradient) => expect.closeTo(norm(gradient.dataSync()), 12)),
      );
      expect(through.cellGradientNorms?.length).toBe(kind === 'lstm' ? T : undefined);
      const gates = { simpleRNN: undefined, gru: ['update', 'reset'], lstm: ['input', 'forget', 'output'] }[
        kind
      ];
      expect(through.gates && Object.keys(through.gates)).toEqual(gates);
      for (const gate of Object.values(through.gates ?? {})) {
        expect(gate.mean).toBeGreaterThan(0);
        expect(gate.mean).toBeLessThan(1);
      }
    },
  );

  test('outputs and their gradients are those of the model, and weights train bit-identically', async () => {
    const { x, y } = data();
    const train = async (activations: 1 | false) => {
      const model = compiled(tf.train.adam(0.01));
      const monitor = watch(model, { quiet: true, activations });
      for (let step = 0; step < 20; step++) await model.trainOnBatch(x, y);
      return { monitor, weights: await weightsOf(model) };
    };
    const [tapped, plain] = [await train(1), await train(false)];
    expect(tapped.weights).toEqual(plain.weights);
    expect(plain.monitor.records[0]?.layers).toBeUndefined();

    const model = mlp();
    const hidden = model.layers[0]!.apply(x) as tf.Tensor;
    const prediction = model.layers[1]!.apply(hidden) as tf.Tensor;
    const { first, last } = tapped.monitor.records[0]!.layers!;
    expect(first?.output.norm).toBeCloseTo(norm(hidden.dataSync()), 12);
    // The loss is the mean of (p - y)^2, so dL/dp = 2 (p - y) / n.
    const gradient = tf.div(tf.mul(2, tf.sub(prediction, y)), 32).dataSync();
    expect(last?.outputGradient?.norm).toBeCloseTo(norm(gradient), 6);
    expect(first?.saturatedShare).toBeDefined();
    expect(first?.deadShare).toBeUndefined();
  });

  test('layers are tapped twice in every doubling of the step where nothing else is asked for', async () => {
    const { x, y } = data();
    const model = compiled(tf.train.adam(0.01));
    const monitor = watch(model, { quiet: true });
    for (let step = 0; step < 34; step++) await model.trainOnBatch(x, y);
    const tapped = monitor.records.filter(({ layers }) => layers !== undefined).map(({ step }) => step);
    expect(tapped).toEqual([0, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32]);
  });

  test('tapping leaks nothing and is undone by stop', async () => {
    const layer = tfl.layers.lstm({ ...recurrent, returnSequences: true }) as tfl.RNN;
    const model = tfl.sequential({
      layers: [layer, tfl.layers.lstm({ ...recurrent }), tfl.layers.dense({ units: 1 })],
    });
    model.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
    const [x, y] = [sequence(), target()];
    const monitor = watch(model, { quiet: true, activations: 1 });
    for (let step = 0; step < 3; step++) await model.trainOnBatch(x, y);
    const before = tf.memory();
    for (let step = 0; step < 5; step++) await model.trainOnBatch(x, y);
    await model.fit(x, y, { epochs: 2, batchSize: B, verbose: 0 });
    tf.dispose(model.predict(x));
    const after = tf.memory();
    expect([after.numTensors - before.numTensors, after.numBytes - before.numBytes]).toEqual([0, 0]);
    expect(Object.hasOwn(layer, 'call')).toBe(true);
    await monitor.stop();
    for (const tapped of [...model.layers, layer.cell]) expect(Object.hasOwn(tapped, 'call')).toBe(false);
  });
});

describe('layers of every kind', () => {
  test('a masked time step has a gradient of exactly 0', async () => {
    const layer = tfl.layers.lstm({ units: H, recurrentInitializer: 'glorotUniform' }) as tfl.RNN;
    const model = tfl.sequential({
      layers: [
        tfl.layers.embedding({ inputDim: 5, outputDim: 3, inputLength: 4, maskZero: true }),
        layer,
        tfl.layers.dense({ units: 1 }),
      ],
    });
    model.compile({ optimizer: tf.train.sgd(0.1), loss: 'meanSquaredError' });
    const x = tf.tensor2d([
      [1, 2, 0, 0],
      [3, 4, 0, 0],
    ]);
    const { throughTime } = await oneStep(model, x, tf.ones([2, 1]));
    const norms = throughTime![layer.name]!.hiddenGradientNorms;
    expect(norms.slice(2)).toEqual([0, 0]);
    expect(norms[1]).toBeGreaterThan(0);
  });

  test('a layer that runs backwards reports its time steps in the order of time', async () => {
    const norms = async (goBackwards: boolean) => {
      const layer = tfl.layers.simpleRNN({
        ...recurrent,
        goBackwards,
        kernelInitializer: 'ones',
        recurrentInitializer: tfl.initializers.identity({ gain: 0.5 }),
      });
      const model = tfl.sequential({
        layers: [layer, tfl.layers.dense({ units: 1, kernelInitializer: 'ones' })],
      });
      model.compile({ optimizer: tf.train.sgd(0), loss: 'meanSquaredError' });
      const record = await oneStep(model, tf.zeros([B, T, I]), tf.ones([B, 1]));
      return record.throughTime![layer.name]!.hiddenGradientNorms;
    };
    const forwards = await norms(false);
    // tanh'(0) = 1, so each step back in time halves the gradient.
    expect(forwards[0]! / forwards[T - 1]!).toBeCloseTo(0.5 ** (T - 1), 6);
    expect(await norms(true)).toEqual([...forwards].reverse());
  });

  test('a shared layer, a nested model, Bidirectional and TimeDistributed are seen at their paths', async () => {
    const input = tfl.input({ shape: [T, I] });
    const both = tfl.layers.bidirectional({
      name: 'both',
      mergeMode: 'concat',
      layer: tfl.layers.gru({
        name: 'gru',
        units: H,
        recurrentInitializer: 'glorotUniform',
        returnSequences: true,
      }) as tfl.RNN,
    });
    const each = tfl.layers.timeDistributed({
      name: 'each',
      layer: tfl.layers.dense({ name: 'dense', units: 3, activation: 'relu' }),
    });
    const inner = tfl.sequential({
      name: 'inner',
      layers: [
        tfl.layers.flatten({ name: 'flat', inputShape: [T, 3] }),
        tfl.layers.dense({ name: 'dense', units: 2 }),
      ],
    });
    const shared = tfl.layers.dense({ name: 'shared', units: 2 });
    const code = inner.apply(each.apply(both.apply(input))) as tfl.SymbolicTensor;
    const once = shared.apply(code) as tfl.SymbolicTensor;
    const sum = tfl.layers.add({ name: 'sum' }).apply([once, shared.apply(once) as tfl.SymbolicTensor]);
    const model = tfl.model({
      inputs: input,
      outputs: tfl.layers.dense({ name: 'out', units: 1 }).apply(sum) as tfl.SymbolicTensor,
    });
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    const { layers, throughTime } = await oneStep(model, sequence(), target());
    expect(Object.keys(layers!)).toEqual(
      expect.arrayContaining([
        'both/forward_gru',
        'both/backward_gru',
        'each/dense',
        'inner/flat',
        'inner/dense',
        'shared',
        'sum',
        'out',
      ]),
    );
    expect(layers!['shared']?.output.size).toBe(2 * B * 2);
    expect(layers!['each/dense']?.output.size).toBe(B * T * 3);
    expect(layers!['each/dense']?.deadShare).toBeDefined();
    for (const record of Object.values(layers!)) expect(record.outputGradient?.norm).toBeGreaterThan(0);
    expect(Object.keys(throughTime!)).toEqual(['both/forward_gru', 'both/backward_gru']);
  });

  test('a layer below frozen ones has its gradient all the same', async () => {
    const frozen = tfl.layers.dense({ name: 'frozen', units: 3, inputShape: [4], trainable: false });
    const model = tfl.sequential({ layers: [frozen, tfl.layers.dense({ name: 'free', units: 1 })] });
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    const { x, y } = data();
    const { layers } = await oneStep(model, x, y);
    expect(layers!['frozen']?.outputGradient?.norm).toBeGreaterThan(0);
  });

  test('a ReLU unit that never fires is dead, and counts no more once it has fired', async () => {
    const layer = tfl.layers.dense({
      name: 'half',
      units: 2,
      inputShape: [1],
      activation: 'relu',
      kernelInitializer: 'ones',
    });
    const model = tfl.sequential({ layers: [layer, tfl.layers.dense({ units: 1 })] });
    model.compile({ optimizer: tf.train.sgd(0), loss: 'meanSquaredError' });
    layer.setWeights([tf.tensor2d([[1, -1]]), tf.zeros([2])]);
    const monitor = watch(model, { quiet: true, activations: 1 });
    // Positive inputs fire only the first unit, negative ones only the second.
    await model.trainOnBatch(tf.ones([3, 1]), tf.ones([3, 1]));
    await model.trainOnBatch(tf.neg(tf.ones([3, 1])), tf.ones([3, 1]));
    for (let step = 0; step < 10; step++) await model.trainOnBatch(tf.ones([3, 1]), tf.ones([3, 1]));
    const shares = monitor.records.map(({ layers }) => layers!['half']?.deadShare);
    expect(shares).toEqual([0.5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.5]);
  });

  test('the units of a convolution are its filters, wherever its channels stand', async () => {
    const deadShare = async (dataFormat: 'channelsFirst' | 'channelsLast', inputShape: number[]) => {
      const layer = tfl.layers.conv2d({
        name: 'half',
        filters: 2,
        kernelSize: 1,
        activation: 'relu',
        dataFormat,
        inputShape,
      });
      const model = tfl.sequential({
        layers: [layer, tfl.layers.flatten(), tfl.layers.dense({ units: 1 })],
      });
      model.compile({ optimizer: tf.train.sgd(0), loss: 'meanSquaredError' });
      layer.setWeights([tf.tensor4d([1, -1], [1, 1, 1, 2]), tf.zeros([2])]);
      const { layers } = await oneStep(model, tf.ones([2, ...inputShape]), tf.ones([2, 1]));
      return layers!['half']?.deadShare;
    };
    expect(await deadShare('channelsLast', [4, 3, 1])).toBe(0.5);
    expect(await deadShare('channelsFirst', [1, 4, 3])).toBe(0.5);
  });

  test('a wrong loss function still gets the error of tfjs', () => {
    const model = compiled();
    watch(model, { quiet: true, activations: 1 });
    expect(() => model.optimizer.minimize(() => tf.scalar(1))).toThrow(
      /Cannot find a connection between any variable/,
    );
    expect(() =>
      model.optimizer.minimize(() => {
        throw new Error('mine');
      }),
    ).toThrow('mine');
  });
});
