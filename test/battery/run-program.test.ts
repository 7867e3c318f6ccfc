import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Observe, observeByWatching } from '../../battery/observe.js';
import type { Program } from '../../battery/program.js';
import { runProgram } from '../../battery/run-program.js';
import { register } from '../../src/layers/register.js';
import { program } from './programs.js';

const unobserved: Observe = () => ({ finish: async () => [] });
const losses = async (changes: Partial<Program>, seed = 1) =>
  (await runProgram(program(changes), seed, unobserved)).losses;
const dense = (units: number, config: object = {}) => ({ className: 'Dense', config: { units, ...config } });

beforeAll(() => register({ replaceOrthogonal: true }));

beforeEach(async () => {
  await tf.setBackend('wasm');
});

const recurrent = {
  data: { kind: 'adding', n: 24, length: 5 } as Program['data'],
  layers: [
    { className: 'LSTM', config: { units: 3, inputShape: [5, 2], dropout: 0.3, recurrentDropout: 0.2 } },
    dense(1),
  ],
  loss: 'meanSquaredError',
};

const fused = {
  ...recurrent,
  layers: [
    { className: 'FusedLSTM', config: { units: 3, inputShape: [5, 2], returnSequences: true } },
    { className: 'FusedGRU', config: { units: 3, dropout: 0.3, kernelInitializer: 'heNormal' } },
    dense(1),
  ],
};

const wrapped = {
  ...recurrent,
  layers: [
    {
      className: 'Bidirectional',
      config: { layer: { className: 'GRU', config: { units: 2 } }, mergeMode: 'concat', inputShape: [5, 2] },
    },
    dense(1),
  ],
};

const stochastic = {
  layers: [
    dense(8, { inputShape: [2], activation: 'relu' }),
    { className: 'GaussianNoise', config: { stddev: 0.2 } },
    { className: 'Dropout', config: { rate: 0.5 } },
    dense(1, { activation: 'sigmoid' }),
  ],
};

const convolutional = {
  data: { kind: 'digits', n: 20, as: 'image' } as unknown as Program['data'],
  layers: [
    { className: 'Conv2D', config: { filters: 2, kernelSize: 5, strides: 3, inputShape: [28, 28, 1] } },
    { className: 'Flatten' },
    dense(10, { activation: 'softmax' }),
  ],
  loss: 'categoricalCrossentropy',
};

describe('runProgram', () => {
  test.each<[string, 'cpu' | 'wasm', Partial<Program>]>([
    ['dense layers', 'cpu', {}],
    ['dense layers', 'wasm', {}],
    ['dropout and noise', 'wasm', stochastic],
    ['an LSTM with dropout', 'wasm', recurrent],
    ['a wrapped GRU', 'wasm', wrapped],
    ['fused layers', 'wasm', fused],
    ['fused layers', 'cpu', fused],
    ['a convolution', 'cpu', convolutional],
  ])('gives the same run for the same seed: %s on %s', async (_, backend, changes) => {
    await tf.setBackend(backend);
    const first = await losses(changes);
    expect(first.length).toBe(6);
    expect(first.every(Number.isFinite)).toBe(true);
    expect(await losses(changes)).toEqual(first);
    expect(await losses(changes, 2)).not.toEqual(first);
  });

  test('is the same whatever the program is called', async () => {
    expect(await losses({ id: 'other', comment: 'nothing', source: 'nowhere' })).toEqual(await losses({}));
  });

  test('drops other units at each step', async () => {
    // Nothing learns, and every batch holds all rows: only the mask can change the loss.
    const frozen = { optimizer: { className: 'SGD', config: { learningRate: 0 } }, batchSize: 30 };
    const dropped = await losses({ ...frozen, layers: stochastic.layers.filter((_, i) => i !== 1) });
    expect(new Set(dropped).size).toBe(6);
    const plain = await losses(frozen);
    // The order of the rows changes the rounding of the sum.
    expect(Math.max(...plain) - Math.min(...plain)).toBeLessThan(1e-6);
  });

  test('shuffles every epoch anew', async () => {
    const frozen = { optimizer: { className: 'SGD', config: { learningRate: 0 } }, batchSize: 30 };
    const values = await losses({ ...frozen, batchSize: 15 });
    expect(new Set(values.filter((_, step) => step % 2 === 0)).size).toBe(3);
    expect(values[0]! + values[1]!).toBeCloseTo(values[2]! + values[3]!, 5);
  });

  test('draws default initial weights from their own distribution', async () => {
    const kernels: Float32Array[] = [];
    const observe: Observe = (model) => {
      kernels.push(Float32Array.from(model.getWeights()[0]!.dataSync()));
      return { finish: async () => [] };
    };
    const wide = program({ layers: [dense(400, { inputShape: [2] }), dense(1)], maxSteps: 1 });
    for (const seed of [1, 1, 2]) await runProgram(wide, seed, observe);
    expect(kernels[1]).toEqual(kernels[0]);
    expect(kernels[2]).not.toEqual(kernels[0]);
    // Dense draws glorotNormal: variance 2 / (2 + 400), of which tfjs's truncation leaves 0.774; 800 draws give it within 3 sqrt(2/800) = 15 %.
    const variance = kernels[0]!.reduce((sum, w) => sum + w * w, 0) / 800;
    expect(variance / ((0.774 * 2) / 402)).toBeGreaterThan(0.85);
    expect(variance / ((0.774 * 2) / 402)).toBeLessThan(1.15);
  });

  test('seeds a full topology too', async () => {
    const input = tfl.input({ shape: [2] });
    const hidden = tfl.layers.dense({ units: 4, activation: 'tanh' }).apply(input) as tfl.SymbolicTensor;
    const joined = tfl.layers.concatenate().apply([input, hidden]);
    const output = tfl.layers.dense({ units: 1, activation: 'sigmoid' }).apply(joined) as tfl.SymbolicTensor;
    const original = tfl.model({ inputs: input, outputs: output });
    const model: Program['model'] = JSON.parse(original.toJSON() as string);
    original.dispose();
    const { layers: _, ...rest } = program({ model: model! });
    const run = async (seed: number) => (await runProgram(rest, seed, unobserved)).losses;
    const random = Math.random;
    const first = await run(1);
    expect(await run(1)).toEqual(first);
    expect(await run(2)).not.toEqual(first);
    expect(Math.random).toBe(random);
  });

  test('leaves no tensor behind, whatever the optimizer and the layers', async () => {
    const settings = ['SGD', 'Momentum', 'Adagrad', 'Adadelta', 'Adam', 'Adamax', 'RMSProp'];
    await runProgram(program(), 1, observeByWatching);
    const before = tf.memory();
    for (const className of settings) {
      await runProgram(program({ optimizer: { className } }), 1, observeByWatching);
    }
    await runProgram(program(stochastic), 1, observeByWatching);
    await runProgram(program({ ...recurrent, clip: { name: 'clipByNorm', limit: 1 } }), 1, observeByWatching);
    expect(tf.memory().numTensors).toBe(before.numTensors);
    expect(tf.memory().numBytes).toBe(before.numBytes);
  });

  test('shows the observer the model, the clip, the data and its division, and nothing of the program', async () => {
    const seen: unknown[][] = [];
    const observe: Observe = (...given) => {
      seen.push(given);
      return { finish: async () => [] };
    };
    const clip = { name: 'clipByValue', limit: 2 };
    await runProgram(program({ id: 'secret', clip }), 1, observe);
    // 30 rows in batches of 8 make 4 steps, so that 6 steps need 2 epochs.
    const sight = { clip, stepsPerEpoch: 4, epochs: 2, training: { count: 30 }, heldOut: { count: 10 } };
    expect(seen).toMatchObject([[expect.any(tfl.Sequential), sight]]);
    expect(JSON.stringify(seen[0]![1])).not.toContain('secret');
    expect(JSON.stringify((seen[0]![0] as tfl.LayersModel).toJSON())).not.toContain('secret');
  });

  test('clips as the program says', async () => {
    const clipped = {
      optimizer: { className: 'SGD', config: { learningRate: 1 } },
      clip: { name: 'clipByGlobalNorm', limit: 1e-6 },
    };
    const { losses: values } = await runProgram(program({ ...clipped, batchSize: 30 }), 1, observeByWatching);
    expect(Math.max(...values) - Math.min(...values)).toBeLessThan(1e-4);
  });
});

test('a program that does not fit together fails with the reason that tfjs gives', async () => {
  await expect(runProgram(program({ loss: 'none' }), 1, unobserved)).rejects.toThrow('Unknown loss none');
  await expect(
    runProgram(program({ layers: [dense(1, { inputShape: [3] })] }), 1, unobserved),
  ).rejects.toThrow('each example has shape [3]');
});

describe('the score of a run', () => {
  const line = (changes: Partial<Program>) =>
    runProgram(
      program({
        data: { kind: 'function', x: [0, 10, 1], y: '5*x + 7' } as unknown as Program['data'],
        layers: [dense(1, { inputShape: [1], kernelInitializer: 'zeros' })],
        optimizer: { className: 'SGD', config: { learningRate: 0 } },
        loss: 'meanSquaredError',
        maxSteps: 1,
        ...changes,
      }),
      1,
      unobserved,
    );

  test('is on the original scale of the targets', async () => {
    // The prediction is 0 on the training scale, so it is the mean, 32, and the loss the variance: 25 times that of 0 ... 10, which is 10.
    const standardized = { kind: 'function', x: [0, 10, 1], y: '5*x + 7', standardize: true };
    const { loss, metric } = await line({
      data: standardized as unknown as Program['data'],
      goal: { metric: 'meanAbsoluteError', max: 1 },
    });
    expect(loss).toBeCloseTo(250, 2);
    // The mean distance of 0 ... 10 from 5 is 30/11.
    expect(metric).toBeCloseTo((5 * 30) / 11, 3);
  });

  test('holds the penalties of regularisers', async () => {
    const regularized = dense(1, {
      inputShape: [1],
      kernelInitializer: { className: 'Constant', config: { value: 3 } },
      kernelRegularizer: { className: 'L1L2', config: { l1: 0, l2: 0.5 } },
    });
    const data = { kind: 'inline', x: [0], y: [2] } as unknown as Program['data'];
    // (0 - 2)^2 + 0.5 * 3^2
    expect((await line({ data, layers: [regularized] })).loss).toBeCloseTo(8.5, 5);
  });

  test('is taken on the held-out part', async () => {
    const data = { kind: 'inline', x: [0], y: [2], xTest: [0], yTest: [5] } as unknown as Program['data'];
    expect((await line({ data })).loss).toBeCloseTo(25, 5);
  });

  test.each<[string, number[], number[][], number]>([
    ['one output', [0.2, 0.7, 0.6], [[0], [1], [0]], 2 / 3],
    [
      'one-hot classes',
      [],
      [
        [0, 1],
        [1, 0],
      ],
      0.5,
    ],
  ])('counts the right classes of %s', async (_, outputs, y, accuracy) => {
    const single = outputs.length > 0;
    // Without units to learn, the outputs are the inputs; two classes are both 0, and the first of equals wins.
    const x = single ? outputs.map((output) => [output]) : y.map(() => [0]);
    const layer = dense(single ? 1 : 2, { inputShape: [1], useBias: false, kernelInitializer: 'ones' });
    const { metric } = await line({
      data: { kind: 'inline', x, y } as unknown as Program['data'],
      layers: [layer],
      goal: { metric: 'accuracy', min: 1 },
    });
    expect(metric).toBeCloseTo(accuracy, 5);
  });

  test('takes classes as numbers where the loss does', async () => {
    // The input is the output: right for three of four.
    const { metric } = await line({
      data: {
        kind: 'inline',
        x: [
          [0, 1],
          [1, 0],
          [0, 1],
          [1, 0],
        ],
        y: [1, 0, 0, 0],
      } as unknown as Program['data'],
      layers: [
        dense(2, { inputShape: [2], useBias: false, kernelInitializer: 'identity', activation: 'softmax' }),
      ],
      loss: 'sparseCategoricalCrossentropy',
      goal: { metric: 'accuracy', min: 1 },
    });
    expect(metric).toBe(0.75);
  });

  test('counts right classes at every time step', async () => {
    const data = { kind: 'copy', n: 6, length: 2, delay: 4, symbols: 3 } as unknown as Program['data'];
    const layers = [dense(4, { inputShape: [8, 5], kernelInitializer: 'zeros', activation: 'softmax' })];
    const goal = { metric: 'accuracy', min: 1 };
    // Equal outputs count as the blank, which is right for six of eight time steps.
    for (const loss of ['categoricalCrossentropy', 'sparseCategoricalCrossentropy']) {
      expect((await line({ data, layers, loss, goal })).metric).toBe(0.75);
    }
  });
});
