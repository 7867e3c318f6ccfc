import {
  grads,
  mul,
  ones,
  reshape,
  type Tensor,
  tensor1d,
  tensor2d,
  train,
  variable,
} from '@tensorflow/tfjs-core';
import { initializers, layers, regularizers, sequential } from '@tensorflow/tfjs-layers';
import { clipByNorm, clipByValue, fromJson, toJson, watch } from 'gradient-health';
import { expect, test } from 'vitest';

const weights = [3, -4, 0, 1.5];
/** As the gradient of tfjs's `abs` has it. */
const sign = (x: number): number => (x > 0 ? 1 : -1);

function penalised(kernelRegularizer: ReturnType<typeof regularizers.l1l2>) {
  const model = sequential({
    layers: [
      layers.dense({
        units: 1,
        inputShape: [4],
        useBias: false,
        kernelInitializer: initializers.zeros(),
        kernelRegularizer,
        name: 'line',
      }),
    ],
  });
  model.layers[0]?.setWeights([tensor2d(weights, [4, 1])]);
  model.compile({ optimizer: train.sgd(1e-3), loss: 'meanSquaredError' });
  return model;
}

test.each([
  ['L2', regularizers.l2({ l2: 0.1 }), 0, 0.1],
  ['L1', regularizers.l1({ l1: 0.2 }), 0.2, 0],
  ['both', regularizers.l1l2({ l1: 0.2, l2: 0.1 }), 0.2, 0.1],
])('the part of a gradient that a penalty of kind %s makes is told apart', async (_, regularizer, l1, l2) => {
  const model = penalised(regularizer);
  const monitor = watch(model, { quiet: true });
  await model.trainOnBatch(ones([2, 4]), ones([2, 1]));
  const expected = Math.hypot(...weights.map((w) => l1 * sign(w) + 2 * l2 * w));
  expect(monitor.records[0]?.variables['line/kernel']?.penaltyNorm).toBeCloseTo(expected, 6);
  expect(fromJson(toJson(monitor.run)).steps[0]?.variables['line/kernel']?.penaltyNorm).toBeCloseTo(
    expected,
    6,
  );
  await monitor.stop();
});

test('a weight without a regulariser has no such part', async () => {
  const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [2], name: 'line' })] });
  model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  const monitor = watch(model, { quiet: true });
  await model.trainOnBatch(ones([2, 2]), ones([2, 1]));
  expect(monitor.records[0]?.variables['line/kernel']).not.toHaveProperty('penaltyNorm');
  await monitor.stop();
});

/** Two weights of two layers, whose gradients are given by hand. */
async function clipped(clip: Parameters<typeof watch>[1] & object, gradients: Record<string, number[]>) {
  const model = sequential({
    layers: [
      layers.dense({ units: 2, inputShape: [1], useBias: false, name: 'a' }),
      layers.dense({ units: 1, useBias: false, name: 'b' }),
    ],
  });
  model.compile({ optimizer: train.sgd(0.1), loss: 'meanSquaredError' });
  const monitor = watch(model, { quiet: true, ...clip });
  const given = Object.fromEntries(
    model.layers.map((layer) => {
      const weight = layer.trainableWeights[0];
      return [weight?.name ?? '', reshape(tensor1d(gradients[layer.name] ?? []), weight?.shape as number[])];
    }),
  );
  model.optimizer.applyGradients(given as Record<string, Tensor>);
  await monitor.stop();
  return monitor;
}

test('a record tells by what a clip multiplied the step, and from which layers it took', async () => {
  // Norms 5 and 1; the limit is 2.5: a is halved, b passes. After: sqrt(2.5^2 + 1), before: sqrt(26).
  const monitor = await clipped({ clip: clipByNorm(2.5) }, { a: [3, 4], b: [0, 1] });
  const clip = monitor.records[0]?.clip;
  expect(clip?.scale).toBeCloseTo(Math.sqrt(7.25 / 26), 6);
  expect(clip?.shares).toEqual({ a: 1, b: 0 });
  expect(fromJson(toJson(monitor.run)).steps[0]?.clip).toEqual(clip);
});

test('the shares of layers are those of the squared norm that was taken away', async () => {
  // Limited to 1: a loses 2 and 3, b loses 1: 13 and 1 of 14.
  const monitor = await clipped({ clip: clipByValue(1) }, { a: [3, 4], b: [0, 2] });
  expect(monitor.records[0]?.clip?.shares?.['a']).toBeCloseTo(13 / 14, 6);
  expect(monitor.records[0]?.clip?.shares?.['b']).toBeCloseTo(1 / 14, 6);
});

test('a clip that changes nothing scales by 1 and takes from no layer', async () => {
  const monitor = await clipped({ clip: clipByNorm(100) }, { a: [3, 4], b: [0, 1] });
  expect(monitor.records[0]?.clip).toMatchObject({ scale: 1, fired: false });
  expect(monitor.records[0]?.clip).not.toHaveProperty('shares');
});

test('the gradient of a penalty is what tfjs adds to the loss', () => {
  const w = tensor1d(weights);
  const { l1, l2 } = { l1: 0.2, l2: 0.1 };
  const regularizer = regularizers.l1l2({ l1, l2 });
  const [gradient] = grads((x) => mul(regularizer.apply(x as Tensor), 1))([w]);
  const expected = weights.map((x) => l1 * sign(x) + 2 * l2 * x);
  for (const [i, value] of gradient!.dataSync().entries()) expect(value).toBeCloseTo(expected[i]!, 6);
});

test('the weights of a step are described as they were before it, where that is asked for', async () => {
  const model = penalised(regularizers.l1l2({ l1: 0, l2: 0 }));
  const monitor = watch(model, { quiet: true, weights: (step) => step === 1 });
  for (let step = 0; step < 2; step++) await model.trainOnBatch(ones([2, 4]), ones([2, 1]));
  const before = model.layers[0]?.getWeights()[0]?.dataSync() ?? [];
  await model.trainOnBatch(ones([2, 4]), ones([2, 1]));
  const recorded = fromJson(toJson(monitor.run)).steps.map(({ variables }) => variables['line/kernel']);
  expect(recorded.map((variable) => variable && 'weight' in variable)).toEqual([false, true, false]);
  const { weight, weightNorm, updateNorm } = recorded[1]!;
  expect(weight).toMatchObject({ size: 4, norm: weightNorm, histogram: { bins: expect.any(Array) } });
  expect(updateNorm).toBeGreaterThan(0);
  expect(recorded[2]?.weightNorm).toBeCloseTo(Math.hypot(...before), 6);
  expect(weight?.norm).not.toBeCloseTo(Math.hypot(...before), 6);
  await monitor.stop();
});

test('the weights of a loop by hand are described too', async () => {
  const weight = variable(tensor1d([3, 4]), true, 'by-hand');
  const monitor = watch(train.sgd(0.1), { quiet: true, weights: 1 });
  monitor.observe({ 'by-hand': tensor1d([1, 1]) });
  await monitor.stop();
  expect(monitor.records[0]?.variables['by-hand']?.weight).toMatchObject({ norm: 5, min: 3, max: 4 });
  weight.dispose();
});
