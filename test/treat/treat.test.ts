import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type TreatOptions, type TrialProgress, treat } from '../../src/index.js';

const seeded = (seed: number) => tfl.initializers.heNormal({ seed });
const layer = (units: number, activation: string, seed: number, more: object = {}) =>
  tfl.layers.dense({ units, activation: activation as 'relu', kernelInitializer: seeded(seed), ...more });

/** Whether two numbers have the same sign: no line divides it. */
function data(): { x: tf.Tensor2D; y: tf.Tensor2D } {
  const x = tf.randomUniform([96, 2], -1, 1, 'float32', 7) as tf.Tensor2D;
  const y = tf.tidy(() => {
    const [a, b] = tf.split(x, 2, 1) as [tf.Tensor2D, tf.Tensor2D];
    return tf.cast<tf.Tensor2D>(tf.greater(tf.mul(a, b), 0), 'float32');
  });
  return { x, y };
}

function classifier(output: string, hidden = 'relu'): tfl.LayersModel {
  const model = tfl.sequential({
    layers: [layer(16, hidden, 1, { inputShape: [2] }), layer(1, output, 2)],
  });
  model.compile({ optimizer: tf.train.adam(0.02), loss: 'binaryCrossentropy' });
  return model;
}

const weightsOf = (model: tfl.LayersModel) => model.getWeights().map((each) => [...each.dataSync()]);

let given: { x: tf.Tensor2D; y: tf.Tensor2D };
beforeEach(async () => {
  await tf.setBackend('cpu');
  given = data();
});
afterEach(() => tf.disposeVariables());

function dispose(model: tfl.LayersModel): void {
  model.dispose();
  model.optimizer.dispose();
}

describe('treat', () => {
  test('changes what the findings ask for and returns a compiled model with proof', async () => {
    const model = classifier('softmax');
    const { model: treated, applied, before, after } = await treat(model, given);
    expect(treated).not.toBe(model);
    expect(applied).toHaveLength(1);
    expect(applied[0]).toMatchObject({ kind: 'output', to: 'sigmoid', verified: { measure: 'loss' } });
    const { verified } = applied[0]!;
    expect(verified!.after).toBeLessThan(verified!.before);
    expect(before.findings.some(({ severity }) => severity !== 'info')).toBe(true);
    expect(after.findings.filter(({ severity }) => severity !== 'info')).toEqual([]);
    const loss = await treated.trainOnBatch(given.x, given.y);
    expect(loss).toBeGreaterThan(0);
  });

  test('returns a healthy model itself', async () => {
    const model = classifier('sigmoid');
    const treatment = await treat(model, given);
    expect(treatment.model).toBe(model);
    expect(treatment.applied).toEqual([]);
    expect(treatment.prepareInput(given.x)).toBe(given.x);
    expect(treatment.prepareTarget(given.y)).toBe(given.y);
  });

  test('leaves the model, its optimizer and the data as they were, and shares nothing with them', async () => {
    const model = classifier('softmax');
    const { optimizer } = model;
    const weights = weightsOf(model);
    const values = [given.x, given.y].map((each) => [...each.dataSync()]);
    const { model: treated } = await treat(model, given);
    await treated.trainOnBatch(given.x, given.y);
    expect(weightsOf(model)).toEqual(weights);
    expect(model.optimizer).toBe(optimizer);
    expect(treated.optimizer).not.toBe(optimizer);
    expect(treated.optimizer.getConfig()).toEqual(optimizer.getConfig());
    expect(optimizer.iterations).toBe(0);
    expect([given.x, given.y].map((each) => [...each.dataSync()])).toEqual(values);
  });

  test('starts from the weights of the model where they were not drawn anew', async () => {
    const model = classifier('softmax');
    const { model: treated } = await treat(model, given);
    expect(weightsOf(treated)).toEqual(weightsOf(model));
  });

  test('leaves no tensor but those of the new model', async () => {
    const model = classifier('softmax');
    const own = tf.memory().numTensors;
    const { model: treated } = await treat(model, given);
    dispose(treated);
    expect(tf.memory().numTensors).toBe(own);
  });

  test('treats functional models, with layers between others', async () => {
    const input = tfl.input({ shape: [2] });
    const hidden = layer(16, 'relu', 1).apply(input) as tfl.SymbolicTensor;
    const output = layer(1, 'relu', 2).apply(hidden) as tfl.SymbolicTensor;
    const model = tfl.model({ inputs: input, outputs: output });
    model.compile({ optimizer: 'adam', loss: 'binaryCrossentropy' });
    const { applied } = await treat(model, given);
    expect(applied.map(({ kind, to }) => [kind, to])).toContainEqual(['output', 'sigmoid']);
  });

  test('draws weights anew that are all alike', async () => {
    const zero = { kernelInitializer: 'zeros' };
    const model = tfl.sequential({
      layers: [layer(16, 'relu', 1, { inputShape: [2], ...zero }), layer(1, 'sigmoid', 2)],
    });
    model.compile({ optimizer: tf.train.adam(0.02), loss: 'binaryCrossentropy' });
    const { model: treated, applied } = await treat(model, given);
    expect(applied.map(({ kind }) => kind)).toEqual(['initializer']);
    expect(new Set(weightsOf(treated)[0]).size).toBeGreaterThan(16);
    expect(weightsOf(treated)[2]).toEqual(weightsOf(model)[2]);
  });

  test('returns the very weights that it drew for the trials, so that both begin at the same loss', async () => {
    const zero = { kernelInitializer: 'zeros' };
    const model = tfl.sequential({
      layers: [layer(16, 'relu', 1, { inputShape: [2], ...zero }), layer(1, 'sigmoid', 2)],
    });
    model.compile({ optimizer: tf.train.adam(0.02), loss: 'binaryCrossentropy' });
    const trials: TrialProgress[] = [];
    const own = tf.memory().numTensors;
    const treatment = await treat(model, { ...given, onTrial: (each) => trials.push(each) });
    const treated = treatment.model;
    const proved = trials.filter(({ remedies }) => remedies.length > 0).at(-1)!;
    // 96 samples, fewer than a trial is judged by.
    const loss = tf.tidy(() => (treated.evaluate(given.x, given.y) as tf.Scalar).dataSync()[0]!);
    expect(loss).toBeCloseTo(proved.lossBefore, 5);
    dispose(treated);
    expect(tf.memory().numTensors).toBe(own);
  });

  test('standardises inputs and targets together, which help little one by one', async () => {
    const model = tfl.sequential({
      layers: [layer(16, 'relu', 1, { inputShape: [3] }), layer(1, 'linear', 2)],
    });
    model.compile({ optimizer: tf.train.sgd(0.01), loss: 'meanSquaredError' });
    const x = tf.mul<tf.Tensor2D>(tf.randomNormal([256, 3], 5, 1, 'float32', 3), 1000);
    const y = tf.add<tf.Tensor2D>(tf.mul(tf.sum(x, 1, true), 0.5), 3000);
    const { applied, after } = await treat(model, { x, y });
    expect(applied.map(({ kind, to }) => `${kind}: ${to}`)).toEqual([
      'input-scale: standardize',
      'target-scale: standardize',
    ]);
    expect(after.findings.filter(({ severity }) => severity !== 'info')).toEqual([]);
  });

  test('lowers a rate that explodes', async () => {
    const model = tfl.sequential({ layers: [layer(1, 'linear', 1, { inputShape: [1] })] });
    model.compile({ optimizer: tf.train.sgd(1), loss: 'meanSquaredError' });
    const x = tf.reshape(tf.linspace(-8, 8, 32), [32, 1]);
    const { model: treated, applied } = await treat(model, { x, y: tf.mul(x, 2) });
    expect(applied.map(({ kind }) => kind)).toEqual(['learning-rate']);
    expect(Number(treated.optimizer.getConfig()['learningRate'])).toBeLessThan(0.1);
  });

  test('leaves out the steps of samples that are no numbers, and judges by the others', async () => {
    const model = tfl.sequential({
      layers: [layer(8, 'tanh', 1, { inputShape: [2] }), layer(1, 'linear', 2)],
    });
    model.compile({ optimizer: tf.train.adam(0.02), loss: 'meanSquaredError' });
    const values = [...given.y.dataSync()];
    values[5] = Number.NaN;
    const { applied, clip } = await treat(model, {
      x: given.x,
      y: tf.tensor2d(values, [96, 1]),
      batchSize: 16,
    });
    expect(applied.map(({ kind, to }) => `${kind}: ${to}`)).toEqual(['clip: skipNonFinite()']);
    expect(clip?.name).toBe('skipNonFinite()');
    expect(Number.isFinite(applied[0]!.verified!.after)).toBe(true);
  });

  test('raises a rate at which weights hardly move', async () => {
    const model = classifier('sigmoid');
    model.compile({ optimizer: tf.train.sgd(1e-6), loss: 'binaryCrossentropy' });
    const { model: treated, applied } = await treat(model, given);
    expect(applied.map(({ kind }) => kind)).toEqual(['learning-rate']);
    expect(Number(treated.optimizer.getConfig()['learningRate'])).toBeGreaterThan(1e-3);
  });

  test('lets the averages of batch normalisation catch up, which it is judged by', async () => {
    const model = tfl.sequential({
      layers: [
        layer(16, 'linear', 1, {
          inputShape: [2],
          biasInitializer: tfl.initializers.constant({ value: -5 }),
        }),
        tfl.layers.batchNormalization(),
        tfl.layers.activation({ activation: 'relu' }),
        layer(1, 'sigmoid', 2),
      ],
    });
    model.compile({ optimizer: tf.train.adam(0.02), loss: 'binaryCrossentropy' });
    const { applied, before } = await treat(model, given);
    expect(before.findings.filter(({ severity }) => severity !== 'info')).toEqual([]);
    expect(applied).toMatchObject([
      { kind: 'normalization', layers: [model.layers[1]!.name], to: 'momentum 0.9' },
    ]);
  });

  test('tells after each trial what it tried and how that went, the model as it is first', async () => {
    const trials: TrialProgress[] = [];
    await treat(classifier('softmax'), { ...given, onTrial: (each) => trials.push(each) });
    const [first, second] = trials;
    expect(first).toMatchObject({ trial: 0, remedies: [] });
    expect(first!.loss).toBeCloseTo(first!.lossBefore, 6);
    expect(second).toMatchObject({ trial: 1, remedies: [{ kind: 'output' }], findings: [] });
    expect(second!.loss).toBeLessThan(second!.lossBefore);
  });

  test('begins no further trial when its time is over', async () => {
    const model = classifier('softmax');
    const treatment = await treat(model, { ...given, maxSeconds: 0 });
    expect(treatment.model).toBe(model);
    expect(treatment.before).toBe(treatment.after);
  });

  test('ends between two steps when it is aborted, and leaves nothing behind', async () => {
    const model = classifier('softmax');
    const own = tf.memory().numTensors;
    const controller = new AbortController();
    const reason = new Error('enough');
    const onTrial: TreatOptions['onTrial'] = () => controller.abort(reason);
    await expect(treat(model, { ...given, signal: controller.signal, onTrial })).rejects.toBe(reason);
    expect(tf.memory().numTensors).toBe(own);
  });

  test('judges by the validation samples where there are some', async () => {
    const treatment = await treat(classifier('softmax'), { ...given, validation: data() });
    expect(treatment.applied.map(({ kind }) => kind)).toEqual(['output']);
  });

  test('compiles its copies by the function it is given', async () => {
    let count = 0;
    await treat(classifier('sigmoid'), { ...given, compile: () => count++ });
    expect(count).toBe(1);
  });

  test('takes a single sample', async () => {
    const [x, y] = [tf.slice(given.x, 0, 1), tf.slice(given.y, 0, 1)];
    await expect(treat(classifier('sigmoid'), { x, y })).resolves.toMatchObject({ applied: [] });
  });
});

describe('treat refuses', () => {
  test('a model that is not compiled', async () => {
    const model = tfl.sequential({ layers: [layer(1, 'linear', 1, { inputShape: [2] })] });
    await expect(treat(model, given)).rejects.toThrow('treat: the model must be compiled');
  });

  test('data that do not fit', async () => {
    const model = classifier('sigmoid');
    const few = tf.slice(given.y, 0, 5);
    await expect(treat(model, { ...given, y: few })).rejects.toThrow('equally many samples');
    await expect(treat(model, { ...given, x: [given.x, given.x] })).rejects.toThrow(
      '1 inputs and 1 outputs, got 2 and 1',
    );
    const none = { x: tf.zeros([0, 2]), y: tf.zeros([0, 1]) };
    await expect(treat(model, none)).rejects.toThrow('at least one, got 0 and 0');
    const numbers = [1, 2] as unknown as tf.Tensor[];
    await expect(treat(model, { ...given, x: numbers })).rejects.toThrow(TypeError);
  });

  test.each([
    ['batchSize', 0],
    ['steps', 1.5],
  ])('%s %d', async (name, value) => {
    const options = { ...given, [name]: value };
    await expect(treat(classifier('sigmoid'), options)).rejects.toThrow(
      `treat: ${name} must be a positive integer, got ${value}`,
    );
  });

  test('a model that cannot be built again, and says what to do', async () => {
    class Odd extends tfl.layers.Layer {
      override getClassName(): string {
        return 'Odd';
      }
    }
    const model = tfl.sequential({ layers: [layer(1, 'linear', 1, { inputShape: [2] }), new Odd({})] });
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    await expect(treat(model, given)).rejects.toThrow(/cannot be rebuilt.*Odd.*registerClass/s);
  });
});
