import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { initializers, layers, type StepRecord, watch } from '../../src/index.js';
import { type Line, linePicture } from './line-picture.js';
import type { Page } from './page.js';

// Pictures of what the library measures, on the cpu backend, from the same weights at every run.

const TIME = 60;
const TRAINED_TIME = 20;

/** Trains on the spot, without a moment in which anything else could run; returns the records. */
function records(model: tfl.Sequential, x: tf.Tensor, y: tf.Tensor, steps: number): readonly StepRecord[] {
  const monitor = watch(model, { quiet: true, rules: [], activations: 1, histograms: () => false });
  const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
  const loss = (): tf.Scalar =>
    tf.tidy(
      () => tf.losses.meanSquaredError(y, model.apply(x, { training: true }) as tf.Tensor) as tf.Scalar,
    );
  for (let step = 0; step < steps; step++) model.optimizer.minimize(loss, false, variables);
  void monitor.stop();
  return monitor.records;
}

const head = () =>
  tfl.layers.dense({ name: 'output', units: 1, kernelInitializer: initializers.xavierUniform({ seed: 9 }) });

/** A recurrent layer is to tell the first number of a sequence at its end. */
function memoryTask(layer: tfl.layers.Layer, time: number, steps: number): readonly StepRecord[] {
  const model = tfl.sequential({ layers: [layer, head()] });
  model.compile({ optimizer: tf.train.adam(0.01), loss: 'meanSquaredError' });
  const x = tf.randomNormal([32, time, 1], 0, 1, 'float32', 5);
  const y = tf.reshape(tf.slice(x, [0, 0, 0], [32, 1, 1]), [32, 1]);
  const measured = records(model, x, y, steps);
  tf.dispose([x, y]);
  model.dispose();
  return measured;
}

/** What every recurrent layer here is made with. */
const recurrent = (time: number) => ({
  name: 'memory',
  units: 16,
  inputShape: [time, 1],
  kernelInitializer: initializers.xavierUniform({ seed: 1 }),
  recurrentInitializer: initializers.orthogonal({ seed: 2 }),
});

const throughTime = (layer: tfl.layers.Layer): readonly number[] =>
  memoryTask(layer, TIME, 1)[0]?.throughTime?.['memory']?.hiddenGradientNorms ?? [];

function throughTimeLines(): Line[] {
  const given = recurrent(TIME);
  const biasInitializer = initializers.chrono({ maxSteps: TIME, seed: 3 });
  return [
    { name: 'simpleRNN', values: throughTime(tfl.layers.simpleRNN(given)) },
    { name: 'LSTM, forget bias 0', values: throughTime(layers.lstm({ ...given, unitForgetBias: false })) },
    { name: 'LSTM, forget bias 1', values: throughTime(layers.lstm(given)) },
    {
      name: 'LSTM, chrono',
      values: throughTime(layers.lstm({ ...given, unitForgetBias: false, biasInitializer })),
    },
  ];
}

function gateLines(): Line[] {
  const steps = memoryTask(layers.lstm(recurrent(TRAINED_TIME)), TRAINED_TIME, 300);
  return (['input', 'forget', 'output'] as const).map((name) => ({
    name: `${name} gate`,
    values: steps.map(({ throughTime: of }) => of?.['memory']?.gates?.[name]?.mean ?? 0),
  }));
}

const DEPTH = 20;

function depthLine(name: string, activation: 'sigmoid' | 'tanh' | 'relu'): Line {
  const draw = (seed: number) =>
    activation === 'relu' ? initializers.heNormal({ seed }) : initializers.xavierNormal({ seed });
  const hidden = Array.from({ length: DEPTH }, (_, i) =>
    tfl.layers.dense({
      name: `h${i}`,
      units: 32,
      inputShape: [32],
      activation,
      kernelInitializer: draw(i + 1),
    }),
  );
  const model = tfl.sequential({ layers: [...hidden, head()] });
  model.compile({ optimizer: tf.train.sgd(0.01), loss: 'meanSquaredError' });
  const x = tf.randomNormal([64, 32], 0, 1, 'float32', 5);
  const y = tf.randomNormal([64, 1], 0, 1, 'float32', 6);
  const [record] = records(model, x, y, 1);
  tf.dispose([x, y]);
  model.dispose();
  return {
    name,
    values: hidden.map((layer) => record?.variables[`${layer.name}/kernel`]?.gradient?.norm ?? 0),
  };
}

/** The pictures of the guides. */
export function measuredPictures(): Page[] {
  return [
    {
      path: 'pictures/guide-through-time.svg',
      text: linePicture({
        title: `Norm of the gradient of the loss by the hidden state at each of ${TIME} time steps, in the first training step`,
        across: 'time step; the loss stands behind the last one',
        up: 'norm of dL/dh',
        lines: throughTimeLines(),
        scale: 'log',
      }),
    },
    {
      path: 'pictures/guide-gates.svg',
      text: linePicture({
        title: 'How far the gates of an LSTM are open on average, in each of 300 training steps',
        across: 'training step',
        up: 'mean opening',
        lines: gateLines(),
        scale: 'share',
      }),
    },
    {
      path: 'pictures/guide-depth.svg',
      text: linePicture({
        title: `Norm of the gradient of each of ${DEPTH} kernels in the first training step`,
        across: 'layer, first to last',
        up: 'gradient norm',
        lines: [
          depthLine('sigmoid, Xavier', 'sigmoid'),
          depthLine('tanh, Xavier', 'tanh'),
          depthLine('ReLU, He', 'relu'),
        ],
        scale: 'log',
        from: 1,
      }),
    },
  ];
}
