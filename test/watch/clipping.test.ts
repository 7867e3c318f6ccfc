import * as tf from '@tensorflow/tfjs-core';
import {
  adaptiveClip,
  clipByGlobalNorm,
  clipByValue,
  stopClipping,
  watch,
  withClipping,
} from 'gradient-health';
import { describe, expect, test } from 'vitest';
import { compiled, data } from './models.js';

const { x, y } = data();

/** Takes one step down `gradient * weight` from 0 at a rate of 1, so that the weight is what was clipped, negated. */
function step(optimizer: tf.Optimizer, gradient: readonly number[]): number[] {
  const weight = tf.variable(tf.zeros([gradient.length]));
  optimizer.minimize(() => tf.sum(tf.mul(weight, tf.tensor1d([...gradient]))), false, [weight]);
  const values = [...weight.dataSync()];
  weight.dispose();
  return values;
}

describe('withClipping', () => {
  test('returns the same optimizer, which clips from then on', () => {
    const optimizer = tf.train.sgd(1);
    expect(withClipping(optimizer, clipByValue(1))).toBe(optimizer);
    expect(step(optimizer, [-3, 0.5])).toEqual([1, -0.5]);
  });

  test('leaves an optimizer as it was found once stopClipping undid it', () => {
    const optimizer = withClipping(tf.train.sgd(1), clipByValue(1));
    stopClipping(optimizer);
    expect(step(optimizer, [-3, 0.5])).toEqual([3, -0.5]);
    for (const name of ['applyGradients', 'computeGradients'])
      expect(Object.hasOwn(optimizer, name)).toBe(false);
    // Nothing to undo is no error.
    stopClipping(optimizer);
  });

  test('refuses a second strategy, and the first one stays', () => {
    const optimizer = withClipping(tf.train.sgd(1), clipByValue(1));
    expect(() => withClipping(optimizer, clipByGlobalNorm(2))).toThrow(
      /^withClipping: the optimizer already clips with clipByValue.*use chain.*or stopClipping/,
    );
    expect(step(optimizer, [-3])).toEqual([1]);
  });

  test('makes watch refuse a clip of its own, but not watching, which records what is clipped', async () => {
    const optimizer = withClipping(tf.train.sgd(1), clipByGlobalNorm(1));
    expect(() => watch(optimizer, { clip: clipByValue(1) })).toThrow(
      /^watch: the optimizer already clips with clipByGlobalNorm.*stopClipping\(optimizer\) first/,
    );
    const monitor = watch(optimizer, { quiet: true });
    // 3-4-5: a norm of 5 is cut to 1.
    step(optimizer, [-3, -4]);
    expect(monitor.records).toMatchObject([{ globalNorm: 5, clip: { fired: true } }]);
    expect(monitor.records[0]?.clip?.normAfter).toBeCloseTo(1, 6);
    await monitor.stop();
    expect(step(optimizer, [-3])).toEqual([1]);
  });

  test('tells a strategy what the weights of the given model are', async () => {
    const model = compiled();
    const seen: string[] = [];
    const spy = { ...clipByValue(1e9), name: 'spy' };
    withClipping(
      model.optimizer,
      {
        ...spy,
        apply(gradients, context) {
          for (const { kind } of Object.values(context.variables)) seen.push(kind);
          return spy.apply(gradients, context);
        },
      },
      { model },
    );
    await model.trainOnBatch(x, y);
    expect(seen).toEqual(['dense', 'vector', 'dense', 'vector']);
  });

  test('needs an optimizer and a strategy', () => {
    const loosely = withClipping as (...values: unknown[]) => unknown;
    expect(() => loosely({}, clipByValue(1))).toThrow(TypeError);
    expect(() => loosely(tf.train.sgd(1), adaptiveClip)).toThrow(
      /^withClipping: strategy must be a ClipStrategy such as clipByGlobalNorm\(1\), got function/,
    );
    expect(() => (stopClipping as (value: unknown) => void)(null)).toThrow(TypeError);
  });
});
