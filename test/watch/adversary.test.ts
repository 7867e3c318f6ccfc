import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { describe, expect, test } from 'vitest';
import { watch } from '../../src/watch/watch.js';
import { compiled, data } from './models.js';

const dense = (name: string, units: number, inputs?: number) =>
  tfl.layers.dense({ name, units, ...(inputs !== undefined && { inputShape: [inputs] }) });

/** A generator, and a discriminator that holds layers of its own and a nested model, frozen inside the model of both. */
function adversaries() {
  const generator = tfl.sequential({
    name: 'generator',
    layers: [dense('make', 4, 2), tfl.layers.batchNormalization({ name: 'norm' })],
  });
  const features = tfl.sequential({ name: 'features', layers: [dense('look', 3, 4)] });
  const judge = tfl.layers.dense({ name: 'judge', units: 1, activation: 'sigmoid' });
  const image = tfl.input({ shape: [4] });
  const discriminator = tfl.model({
    name: 'discriminator',
    inputs: image,
    outputs: judge.apply(features.apply(image)) as tfl.SymbolicTensor,
  });
  discriminator.compile({ optimizer: tf.train.sgd(0.1), loss: 'binaryCrossentropy' });
  discriminator.trainable = false;
  const noise = tfl.input({ shape: [2] });
  const combined = tfl.model({
    inputs: noise,
    outputs: discriminator.apply(generator.apply(noise)) as tfl.SymbolicTensor,
  });
  combined.compile({ optimizer: tf.train.sgd(0.1), loss: 'binaryCrossentropy' });
  const steps = {
    discriminator: () => discriminator.trainOnBatch(tf.randomNormal([8, 4]), tf.ones([8, 1])),
    combined: () => combined.trainOnBatch(tf.randomNormal([8, 2]), tf.ones([8, 1])),
  };
  return { discriminator, combined, steps };
}

const quiet = { quiet: true } as const;

describe('a watched generator', () => {
  test('tells at which steps its adversary had learned in between', async () => {
    const { combined, steps } = adversaries();
    const monitor = watch(combined, quiet);
    for (const step of ['combined', 'combined', 'discriminator', 'combined', 'combined'] as const) {
      await steps[step]();
    }
    await monitor.stop();

    expect(monitor.records.map(({ movedElsewhere = false }) => movedElsewhere)).toEqual([
      false,
      false,
      true,
      false,
    ]);
    expect(monitor.run.model?.layers.filter(({ frozen }) => frozen).map(({ path }) => path)).toEqual([
      'discriminator/features/look',
      'discriminator/judge',
    ]);
  });

  test('takes weights that are set by hand for moved, and the averages of normalisation for its own', async () => {
    const { combined, steps } = adversaries();
    const monitor = watch(combined, quiet);
    await steps.combined();
    combined.getLayer('discriminator').setWeights(
      combined
        .getLayer('discriminator')
        .getWeights()
        .map((weight) => tf.mul(weight, 2)),
    );
    await steps.combined();
    await steps.combined();
    await monitor.stop();

    expect(monitor.records.map(({ movedElsewhere = false }) => movedElsewhere)).toEqual([false, true, false]);
  });
});

describe('a watched discriminator', () => {
  test('warns that its own layers stay as they are, and notes the nested ones that tfjs trains all the same', async () => {
    const { discriminator, steps } = adversaries();
    const monitor = watch(discriminator, quiet);
    for (let step = 0; step < 4; step++) await steps.discriminator();
    await monitor.stop();

    expect(monitor.report().findings.map(({ rule, where, severity }) => [rule, where, severity])).toEqual([
      ['frozen-after-compile', 'judge', 'warning'],
      ['trained-while-frozen', 'features/look', 'info'],
    ]);
  });
});

test('a layer that is frozen after compile, to train the others on, is no trouble', async () => {
  const model = compiled();
  const monitor = watch(model, quiet);
  const [first] = model.layers;
  if (first) first.trainable = false;
  const { x, y } = data();
  await model.fit(x, y, { epochs: 8, verbose: 0 });
  await monitor.stop();

  expect(monitor.report().findings).toMatchObject([
    { rule: 'frozen-after-compile', where: 'first', severity: 'info' },
  ]);
  expect(monitor.records.some(({ movedElsewhere }) => movedElsewhere)).toBe(false);
});

describe("a watched optimizer in a loop of one's own", () => {
  const moved = (monitor: ReturnType<typeof watch>) =>
    monitor.records.map(({ movedElsewhere = false }) => movedElsewhere);

  test('tells when another one has trained what its loss reads', async () => {
    const [own, other, apart] = ['own', 'other', 'apart'].map((name) =>
      tf.variable(tf.tensor1d([1, 2]), true, name),
    ) as [tf.Variable, tf.Variable, tf.Variable];
    const [optimizer, adversary] = [tf.train.sgd(0.1), tf.train.adam(0.1)];
    const monitor = watch(optimizer, quiet);
    const loss = () => tf.sum(tf.square(tf.sub(own, other))) as tf.Scalar;
    const steps = {
      own: () => optimizer.minimize(loss, false, [own]),
      other: () => adversary.minimize(() => tf.neg(loss()), false, [other]),
      apart: () => adversary.minimize(() => tf.sum(tf.square(apart)) as tf.Scalar, false, [apart]),
    };
    for (const step of ['own', 'own', 'other', 'own', 'apart', 'own', 'other', 'own'] as const) steps[step]();
    expect(moved(monitor)).toEqual([false, false, true, false, true]);
    await monitor.stop();
    tf.disposeVariables();
  });

  test('takes what it trains for its own, by its variables or by all', async () => {
    const [a, b] = ['a', 'b'].map((name) => tf.variable(tf.tensor1d([1, 2]), true, name));
    const optimizer = tf.train.sgd(0.1);
    const monitor = watch(optimizer, quiet);
    for (let step = 0; step < 4; step++)
      optimizer.minimize(() => tf.sum(tf.square(tf.sub(a!, b!))) as tf.Scalar);
    expect(moved(monitor)).toEqual([false, false, false, false]);
    await monitor.stop();
    tf.disposeVariables();
  });
});
