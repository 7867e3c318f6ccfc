import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import {
  checkGradients,
  clipByGlobalNorm,
  fuse,
  initializers,
  layers,
  lsuv,
  preflight,
  treat,
  watch,
} from 'gradient-health';
import { layersOfTfjs } from './layers-of-tfjs.js';
import {
  compiled,
  demand,
  head,
  numbersOf,
  type Promised,
  perceptron,
  seeded,
  trained,
  waves,
  weightsOf,
} from './promised.js';

export const promises: readonly Promised[] = [
  {
    area: 'watch',
    title: 'records every step of `fit`, with histograms',
    async measure() {
      const records = await trained(perceptron(), waves([32, 16]), { histograms: 1 });
      const counts = records.flatMap(({ variables }) =>
        Object.values(variables).map(
          ({ gradient }) => gradient?.histogram?.bins.reduce((sum, [, n]) => sum + n, 0) ?? 0,
        ),
      );
      return [...records.flatMap(numbersOf), ...counts];
    },
  },
  {
    area: 'watch',
    title: 'leaves the weights bit by bit as they are unwatched',
    async measure() {
      const [plain, watched] = [perceptron(), perceptron()];
      await trained(plain, waves([32, 16]));
      await trained(watched, waves([32, 16]), { histograms: 1, activations: 1, weights: 1 });
      const [expected, actual] = [await weightsOf(plain), await weightsOf(watched)];
      demand(
        actual.every((value, at) => value === expected[at]),
        'the weights differ',
      );
      return actual;
    },
  },
  {
    area: 'watch',
    title: 'taps the outputs of layers and their gradients',
    async measure() {
      const [record] = await trained(perceptron(), waves([32, 16]), { activations: 1 });
      return Object.values(record?.layers ?? {}).flatMap(({ output, outputGradient }) => [
        output.norm,
        outputGradient?.norm ?? Number.NaN,
      ]);
    },
  },
  {
    area: 'watch',
    title: 'adds no tensor in twenty steps',
    async measure() {
      const [model, x, y] = [perceptron(), waves([8, 16]), waves([8, 1])];
      const monitor = watch(model, {
        quiet: true,
        histograms: 1,
        activations: 1,
        clip: clipByGlobalNorm(0.1),
      });
      const train = () => model.fit(x, y, { epochs: 20, verbose: 0, callbacks: monitor.callback });
      await train();
      await monitor.flush();
      const { numTensors, numBytes } = tf.memory();
      await train();
      await monitor.flush();
      const grown = [tf.memory().numTensors - numTensors, tf.memory().numBytes - numBytes];
      await monitor.stop();
      demand(
        grown.every((each) => each === 0),
        `grew by ${grown.join(' tensors and ')} bytes`,
      );
      return [];
    },
  },
  {
    area: 'clip',
    title: 'limits the norm of a step, and tells it',
    async measure() {
      const records = await trained(perceptron(), waves([32, 16]), { clip: clipByGlobalNorm(0.1) });
      return records.flatMap(({ globalNorm, clip }) => [
        globalNorm,
        clip?.normAfter ?? Number.NaN,
        Number(clip?.fired),
      ]);
    },
  },
  {
    area: 'clip',
    title: 'leaves the weights alone where gradients are NaN',
    async measure() {
      const model = perceptron();
      const before = await weightsOf(model);
      await trained(model, tf.fill([32, 16], Number.NaN), { clip: clipByGlobalNorm(0.1) }, 2);
      const after = await weightsOf(model);
      demand(
        after.every((value, at) => value === before[at]),
        'the weights differ',
      );
      return after;
    },
  },
  {
    area: 'init',
    title: 'draws the same weights from the same seed',
    async measure() {
      const { heNormal, lecunUniform, orthogonal, sparse, deltaOrthogonal, chrono } = initializers;
      const drawn = [
        ...[heNormal({ seed: 1 }), lecunUniform({ seed: 2 }), orthogonal({ seed: 3 })].map((each) =>
          each.apply([24, 8]),
        ),
        sparse({ sparsity: 0.5, seed: 4 }).apply([24, 8]),
        deltaOrthogonal({ seed: 5 }).apply([3, 3, 4, 8]),
        chrono({ maxSteps: 50, seed: 6 }).apply([32]),
      ];
      return (await Promise.all(drawn.map(async (tensor) => [...(await tensor.data())]))).flat();
    },
  },
  ...(['lstm', 'gru'] as const).map(
    (cell): Promised => ({
      area: 'recurrent',
      title: `trains \`layers.${cell}\` and records its gradient through time`,
      async measure() {
        const options = { kernelInitializer: seeded(3), recurrentInitializer: seeded(4) };
        const model = compiled(
          layers[cell]({ name: 'memory', units: 8, inputShape: [6, 5], ...options }),
          head(),
        );
        const records = await trained(model, waves([8, 6, 5]), {});
        return records.flatMap((record) => [
          ...numbersOf(record),
          ...(record.throughTime?.['memory']?.hiddenGradientNorms ?? [Number.NaN]),
        ]);
      },
    }),
  ),
  {
    area: 'recurrent',
    title: 'takes the place of the LSTM in a model of tfjs (`fuse`)',
    async measure() {
      const make = () =>
        compiled(
          tfl.layers.lstm({
            units: 8,
            inputShape: [6, 5],
            kernelInitializer: seeded(3),
            recurrentInitializer: seeded(4),
          }),
          head(),
        );
      const [plain, fused] = [make(), fuse(make())];
      const x = waves([8, 6, 5]);
      for (const model of [plain, fused]) await trained(model, x);
      const [expected, actual] = [await weightsOf(plain), await weightsOf(fused)];
      const apart = Math.max(...actual.map((value, at) => Math.abs(value - (expected[at] ?? Number.NaN))));
      demand(apart < 1e-4, `weights are ${apart} apart`);
      return actual;
    },
  },
  {
    area: 'treat',
    title: 'names an output that cannot fit before training (`preflight`)',
    async measure() {
      const { findings } = await preflight(softmaxOverOne(), ...sides());
      demand(findings[0]?.rule === 'output-loss-mismatch', `found ${findings[0]?.rule}`);
      return [];
    },
  },
  {
    area: 'treat',
    title: 'puts it right (`treat`)',
    async measure() {
      const [x, y] = sides();
      const { applied } = await treat(softmaxOverOne(), { x, y, steps: 12 });
      demand(
        applied.some(({ to }) => to === 'sigmoid'),
        `applied ${applied.map(({ kind }) => kind).join()}`,
      );
      return [];
    },
  },
  {
    area: 'treat',
    title: 'holds gradients against differences (`checkGradients`)',
    async measure() {
      const { ok, message } = await checkGradients((x) => tf.sum(tf.tanh(tf.square(x))), [waves([5])]);
      demand(ok, message);
      return [];
    },
  },
  ...layersOfTfjs,
  // Last, since its waiting for a device loses that of webgpu here.
  {
    area: 'init',
    title: 'sets the variance of every layer from data (`lsuv`)',
    async measure() {
      const model = perceptron();
      const report = lsuv(model, waves([64, 16]), { seed: 7 });
      demand(
        report.every(({ converged }) => converged),
        'a variance did not come to 1',
      );
      return report.map(({ iterations }) => iterations);
    },
  },
];

/** Softmax over one unit is 1, whatever the input. */
function softmaxOverOne(): tfl.Sequential {
  const kernelInitializer = initializers.heNormal({ seed: 1 });
  const model = tfl.sequential({
    layers: [
      tfl.layers.dense({ units: 8, activation: 'relu', inputShape: [2], kernelInitializer }),
      tfl.layers.dense({ units: 1, activation: 'softmax', kernelInitializer: seeded(2) }),
    ],
  });
  model.compile({ optimizer: tf.train.adam(0.02, 0.9, 0.999, 1e-7), loss: 'binaryCrossentropy' });
  return model;
}

function sides(): [x: tf.Tensor, y: tf.Tensor] {
  const x = waves([64, 2]);
  return [x, tf.cast(tf.greater(tf.sum(x, 1, true), 0), 'float32')];
}
