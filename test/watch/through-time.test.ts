import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { fuse, layers, type ThroughTimeRecord, type WatchOptions, watch } from 'gradient-health';
import { beforeEach, describe, expect, test } from 'vitest';

const [batch, time, inputs] = [4, 6, 3];
const x = () => tf.randomNormal([batch, time, inputs], 0, 1, 'float32', 1);
const y = () => tf.randomNormal([batch, 2], 0, 1, 'float32', 2);

function modelOf(cell: 'lstm' | 'gru', options: { readonly returnSequences?: boolean }): tfl.Sequential {
  const given = {
    units: 5,
    recurrentInitializer: 'glorotUniform',
    recurrentActivation: 'sigmoid',
    ...options,
  };
  return tfl.sequential({
    layers: [
      tfl.layers[cell]({ ...given, name: 'recurrent', inputShape: [time, inputs] } as never),
      ...(options.returnSequences ? [tfl.layers.flatten()] : []),
      tfl.layers.dense({ units: 2 }),
    ],
  });
}

/** One watched step, and what it recorded of the recurrent layer. */
async function recordOf(model: tfl.LayersModel, options: WatchOptions): Promise<ThroughTimeRecord> {
  model.compile({ optimizer: tf.train.sgd(0), loss: 'meanSquaredError' });
  const monitor = watch(model, { quiet: true, ...options });
  await model.trainOnBatch(x(), y());
  await monitor.stop();
  return monitor.records[0]!.throughTime!['recurrent']!;
}

const close = (expected: readonly number[], actual: readonly number[]): void => {
  expect(actual).toHaveLength(expected.length);
  // Norms of float32 gradients that were summed in another order.
  for (const [index, norm] of expected.entries()) {
    expect(Math.abs(actual[index]! - norm)).toBeLessThanOrEqual(1e-5 * norm);
  }
};

describe.each(['cpu', 'wasm'])('the gradient through time of a fused layer, on %s', (backend) => {
  beforeEach(() => tf.setBackend(backend));

  const cases = [
    ['lstm', {}],
    ['lstm', { returnSequences: true }],
    ['lstm', { returnSequences: true, goBackwards: true, recurrentActivation: 'hardSigmoid' }],
    ['gru', {}],
    ['gru', { returnSequences: true, goBackwards: true }],
  ] as const;

  test.each(cases)('is that of tf.layers, step by step: %s %o', async (cell, options) => {
    const model = modelOf(cell, options);
    const theirs = await recordOf(model, { activations: 1 });
    const ours = await recordOf(fuse(model), {});
    close(theirs.hiddenGradientNorms, ours.hiddenGradientNorms);
    close(theirs.cellGradientNorms ?? [], ours.cellGradientNorms ?? []);
    expect(Object.keys(ours.gates ?? {})).toEqual(Object.keys(theirs.gates ?? {}));
    for (const [gate, { mean, saturatedShare }] of Object.entries(theirs.gates ?? {})) {
      expect(ours.gates![gate]!.mean).toBeCloseTo(mean, 6);
      expect(ours.gates![gate]!.saturatedShare).toBeCloseTo(saturatedShare, 12);
    }
    const both = await recordOf(model, { activations: 1 });
    expect(both).toEqual(ours);
  });

  test.each(['lstm', 'gru'] as const)(
    'is that of tf.layers for a shared %s too: one sequence for each call',
    async (cell) => {
      const shared = tfl.layers[cell]({
        units: 4,
        name: 'recurrent',
        recurrentInitializer: 'glorotUniform',
        recurrentActivation: 'sigmoid',
      } as never) as tfl.layers.Layer;
      const ends = [0, 1].map(() => tfl.input({ shape: [time, inputs] }));
      const read = ends.map((end) => shared.apply(end) as tfl.SymbolicTensor);
      const merged = tfl.layers.concatenate().apply(read) as tfl.SymbolicTensor;
      const outputs = tfl.layers.dense({ units: 2 }).apply(merged) as tfl.SymbolicTensor;
      const model = tfl.model({ inputs: ends, outputs });
      const record = async (): Promise<ThroughTimeRecord> => {
        model.compile({ optimizer: tf.train.sgd(0), loss: 'meanSquaredError' });
        const monitor = watch(model, { quiet: true, activations: 1 });
        await model.trainOnBatch([x(), tf.neg(x())], y());
        await monitor.stop();
        return monitor.records[0]!.throughTime!['recurrent']!;
      };
      const theirs = await record();
      fuse(model);
      const ours = await record();
      expect(theirs.hiddenGradientNorms).toHaveLength(time);
      close(theirs.hiddenGradientNorms, ours.hiddenGradientNorms);
    },
  );

  test('is recorded at measured steps alone, of halves and shared layers too', async () => {
    const shared = layers.lstm({ units: 4, name: 'shared' });
    const [a, b] = [0, 1].map(() => tfl.input({ shape: [time, inputs] })) as [
      tfl.SymbolicTensor,
      tfl.SymbolicTensor,
    ];
    const half = layers.gru({ units: 4, name: 'half' });
    const merged = tfl.layers
      .concatenate()
      .apply([
        shared.apply(a) as tfl.SymbolicTensor,
        shared.apply(b) as tfl.SymbolicTensor,
        tfl.layers.bidirectional({ layer: half, name: 'both' }).apply(a) as tfl.SymbolicTensor,
      ]) as tfl.SymbolicTensor;
    const model = tfl.model({
      inputs: [a, b],
      outputs: tfl.layers.dense({ units: 2 }).apply(merged) as tfl.SymbolicTensor,
    });
    model.compile({ optimizer: tf.train.sgd(0.1), loss: 'meanSquaredError' });
    const monitor = watch(model, { quiet: true, every: 2 });
    for (let step = 0; step < 4; step++) await model.trainOnBatch([x(), x()], y());
    await monitor.stop();
    expect(monitor.records.map(({ step }) => step)).toEqual([0, 2]);
    for (const { throughTime } of monitor.records) {
      expect(Object.keys(throughTime!).sort()).toEqual(['both/backward_half', 'both/forward_half', 'shared']);
      const norms = Object.values(throughTime!).flatMap(({ hiddenGradientNorms }) => hiddenGradientNorms);
      expect(norms).toHaveLength(3 * time);
      expect(norms.every((norm) => norm > 0 && norm < Infinity)).toBe(true);
    }
    // Half a sequence apart in direction: forwards the last step is nearest to the loss, backwards the first.
    const { 'both/backward_half': backward } = monitor.records[0]!.throughTime!;
    expect(backward!.hiddenGradientNorms[0]).toBeGreaterThan(backward!.hiddenGradientNorms.at(-1)!);
  });

  test('is recorded at every measured step, and the gates with it where layers are tapped', async () => {
    const model = fuse(modelOf('lstm', { returnSequences: true }));
    model.compile({ optimizer: tf.train.sgd(0.1), loss: 'meanSquaredError' });
    const monitor = watch(model, { quiet: true, activations: (step) => step % 2 === 1 });
    for (let step = 0; step < 4; step++) await model.trainOnBatch(x(), y());
    await monitor.stop();
    const seen = monitor.records.map(({ throughTime }) => throughTime!['recurrent']!);
    expect(seen.map(({ hiddenGradientNorms }) => hiddenGradientNorms.length)).toEqual([
      time,
      time,
      time,
      time,
    ]);
    expect(seen.map(({ gates }) => Object.keys(gates ?? {}).length)).toEqual([0, 3, 0, 3]);
  });

  test('leaves training as it is, bit by bit', async () => {
    const weights = await Promise.all(
      [true, false].map(async (watched) => {
        const model = tfl.sequential({
          layers: [
            layers.lstm({
              units: 4,
              inputShape: [time, inputs],
              kernelInitializer: tfl.initializers.glorotUniform({ seed: 1 }),
              recurrentInitializer: tfl.initializers.glorotUniform({ seed: 2 }),
            }),
            tfl.layers.dense({ units: 2, kernelInitializer: tfl.initializers.glorotUniform({ seed: 3 }) }),
          ],
        });
        model.compile({ optimizer: tf.train.adam(0.01), loss: 'meanSquaredError' });
        const monitor = watched ? watch(model, { quiet: true }) : undefined;
        for (let step = 0; step < 5; step++) await model.trainOnBatch(x(), y());
        await monitor?.stop();
        return model.getWeights().map((weight) => weight.dataSync());
      }),
    );
    expect(weights[0]).toEqual(weights[1]);
  });
});
