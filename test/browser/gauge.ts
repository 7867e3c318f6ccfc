import * as tf from '@tensorflow/tfjs-core';
import { stats } from 'gradient-health';
import { expect, test } from 'vitest';
import { compare } from '../../src/kernels/compare.js';
import { valuesAtHand } from '../../src/watch/device-values.js';
import { deviceGauge } from '../../src/watch/gauge-device.js';
import { createReadQueue } from '../../src/watch/read-queue.js';

const ramp = (shape: number[], scale = 1): tf.Tensor => {
  const size = shape.reduce((product, length) => product * length, 1);
  return tf.tensor(
    Float32Array.from({ length: size }, (_, i) => scale * Math.sin(i * 1.7 + 1)),
    shape,
  );
};
const oddly = [Number.NaN, 2, Infinity, -Infinity, 0, -0, -5, Number.NaN, 0];

/** Tensors of every rank, with odd lengths, several tiles and every kind of element. */
const tensors: Readonly<Record<string, () => tf.Tensor>> = {
  'a scalar': () => tf.scalar(-3),
  'a vector': () => ramp([7]),
  'a vector of several tiles': () => ramp([5001]),
  'a matrix of odd sides': () => ramp([71, 35]),
  'a million elements': () => ramp([1023, 1025]),
  'a kernel of rank 4': () => ramp([3, 3, 5, 7]),
  'rank 5': () => ramp([2, 3, 2, 3, 5]),
  'a slice': () => tf.slice(ramp([3001]), [1001], [1500]),
  // Above 2048, 16-bit floats know no odd number: 5001 zeros here, 2703 below.
  zeros: () => tf.zeros([5001]),
  'elements that are not finite': () => tf.tensor(Array.from({ length: 901 }, () => oddly).flat(), [53, 153]),
  'nothing finite': () => tf.fill([3], Number.NaN),
};
/** Only 32-bit floats hold these. */
const extremes: Readonly<Record<string, () => tf.Tensor>> = {
  'huge elements': () => ramp([50, 50], 1e20),
  'tiny elements': () => ramp([50, 50], 1e-30),
  integers: () => tf.cast(ramp([40, 40], 100), 'int32'),
};

/** On the device, whatever its size: the backends compute with small tensors on the host. */
const onDevice = (tensor: tf.Tensor): tf.Tensor => {
  const flag = tf.getBackend() === 'webgl' ? 'WEBGL_CPU_FORWARD' : 'WEBGPU_CPU_FORWARD';
  tf.env().set(flag, false);
  const there = tensor.dtype === 'int32' ? tf.add(tensor, tf.scalar(0, 'int32')) : tf.mul(tensor, 1);
  tf.env().set(flag, true);
  return there;
};

/** The readings of a device agree with what the host finds in the same elements. */
export function testGauge(tolerance: number, { half = false } = {}): void {
  const all = half ? tensors : { ...tensors, ...extremes };
  const close = (got: number, expected: number, scale: number, name: string): void => {
    if (Number.isFinite(expected))
      expect(Math.abs(got - expected), name).toBeLessThanOrEqual(tolerance * scale);
    else expect(got, name).toBe(expected);
  };

  test.each(Object.keys(all))('measures %s', async (name) => {
    const tensor = onDevice(all[name]!());
    expect(valuesAtHand(tensor)).toBeUndefined();
    const gauge = deviceGauge(createReadQueue());
    const plain = gauge.stats(tensor, false);
    const binned = gauge.stats(tensor, true);
    await gauge.settle();
    // After the gauge: reading may move a tensor to the host.
    const elements = Float32Array.from(await tensor.data());
    const expected = stats.summarize(elements, { histogram: true });
    expect(binned().histogram).toEqual(expected.histogram);
    for (const got of [plain(), binned()]) {
      for (const count of ['size', 'zeros', 'nans', 'infs'] as const)
        expect(got[count], count).toBe(expected[count]);
      for (const extreme of ['min', 'max'] as const) expect(got[extreme], extreme).toBe(expected[extreme]);
      const { norm, absMean } = expected;
      close(got.norm, norm, norm, 'norm');
      close(got.mean, expected.mean, absMean, 'mean');
      close(got.absMean, absMean, absMean, 'absMean');
      close(got.std, expected.std, norm / Math.sqrt(got.size), 'std');
    }
  });

  test('compares tensors', async () => {
    const pairs = [
      [ramp([71, 35]), tf.add(ramp([71, 35]), ramp([71, 35], 1e-2))],
      [ramp([5001]), ramp([5001])],
      [tf.tensor1d([1, 2, Number.NaN, 0, -0]), tf.tensor1d([1, 3, Number.NaN, -0, 0])],
      [tf.tensor1d([1, Infinity, 3]), tf.tensor1d([1, 2, 3])],
      [tf.tensor1d([1, 2, 3]), tf.tensor1d([Number.NaN, 2, 4])],
    ].map((pair) => pair.map(onDevice) as [tf.Tensor, tf.Tensor]);
    const gauge = deviceGauge(createReadQueue());
    const readings = pairs.map(([a, b]) => gauge.compare(a, b));
    await gauge.settle();
    for (const [index, [a, b]] of pairs.entries()) {
      const [x, y] = (await Promise.all([a.data(), b.data()])) as [Float32Array, Float32Array];
      const [got, expected] = [readings[index]!(), compare(x, y)];
      expect(got.differing).toBe(expected.differing);
      close(got.aSquares, expected.aSquares, expected.aSquares, 'aSquares');
      close(got.bSquares, expected.bSquares, expected.bSquares, 'bSquares');
      close(
        got.differenceSquares,
        expected.differenceSquares,
        expected.differenceSquares,
        'differenceSquares',
      );
      const cauchy = Math.sqrt(expected.aSquares * expected.bSquares);
      if (Number.isFinite(cauchy)) close(got.dot, expected.dot, cauchy, 'dot');
      else expect(got.dot).toBe(Number.NaN);
    }
  });

  test('counts units that stand before the pixels', async () => {
    const elements = Array.from({ length: 2 * 3 * 700 }, (_, i) =>
      Math.floor(i / 700) % 3 === 1 ? 0 : i % 7,
    );
    const tensor = onDevice(tf.tensor(elements, [2, 3, 70, 10]));
    const gauge = deviceGauge(createReadQueue());
    const active = gauge.activeUnits(tensor, 1);
    await gauge.settle();
    expect(Array.from(active(), (unit) => unit > 0)).toEqual([true, false, true]);
  });

  test('counts units and elements', async () => {
    // Column 2 of 4 is never active.
    const elements = Array.from({ length: 8204 }, (_, i) => (i % 4 === 2 ? 0 : i % 4 === 3 ? -1 : 0.75));
    const tensor = onDevice(tf.tensor(elements, [2051, 4]));
    const gauge = deviceGauge(createReadQueue());
    const active = gauge.activeUnits(tensor, -1);
    const beyond = gauge.countBeyond(tensor, 0.5, 0.25);
    await gauge.settle();
    expect(Array.from(active(), (unit) => unit > 0)).toEqual([true, true, false, true]);
    // |0 - 0.5| and |-1 - 0.5| are above 0.25, |0.75 - 0.5| is not.
    expect(beyond()).toBe(4102);
  });
}
