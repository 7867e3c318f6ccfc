import * as tf from '@tensorflow/tfjs-core';
import { watch } from 'gradient-health';
import { describe, expect, test } from 'vitest';
import { optimizers } from './models.js';

type Given = Parameters<tf.Optimizer['applyGradients']>[0];

/** Ten steps in which only `a` has a gradient, of 100, then one in which only `b` has, of 0.001. */
function changeOfB(optimizer: tf.Optimizer, form: 'map' | 'list'): number {
  const a = tf.variable(tf.scalar(0));
  const b = tf.variable(tf.scalar(0));
  const step = (gradients: Record<string, number>): void => {
    const map = Object.fromEntries(
      Object.entries(gradients).map(([name, value]) => [name, tf.scalar(value)]),
    );
    const list = [a, b].map(({ name }) => ({ name, tensor: map[name] ?? null }));
    optimizer.applyGradients((form === 'map' ? map : list) as Given);
  };
  for (let i = 0; i < 10; i++) step({ [a.name]: 100 });
  step({ [b.name]: 1e-3 });
  return b.dataSync()[0]!;
}

describe.each(['momentum', 'adam', 'adagrad', 'adadelta', 'adamax', 'rmsprop'])('%s', (name) => {
  test('keeps each moment in its own slot when the keys of a map change', () => {
    const optimizer = optimizers[name]!();
    const monitor = watch(optimizer, { quiet: true });
    const expected = changeOfB(optimizers[name]!(), 'list');
    expect(changeOfB(optimizer, 'map')).toBe(expected);
    expect(monitor.findings.map(({ rule }) => rule)).toContain('gradient-order');
  });
});

// Not adadelta: in tfjs its two accumulators are always equal, so it is plain SGD and has no moment to mix up.
test.each(['momentum', 'adam', 'adagrad', 'adamax', 'rmsprop'])(
  'an unwatched %s mixes up its moments',
  (name) => {
    expect(changeOfB(optimizers[name]!(), 'map')).not.toBe(changeOfB(optimizers[name]!(), 'list'));
  },
);

test('an optimizer that has trained before keeps the slots it has filled', () => {
  const a = tf.variable(tf.scalar(0));
  const b = tf.variable(tf.scalar(0));
  const optimizer: tf.Optimizer = tf.train.momentum(0.1, 0.9);
  for (let i = 0; i < 10; i++) optimizer.applyGradients({ [a.name]: tf.scalar(100) });
  watch(optimizer, { quiet: true });
  optimizer.applyGradients({ [b.name]: tf.scalar(1) });
  // A first momentum step moves by rate * gradient = 0.1 * 1.
  expect(b.dataSync()[0]).toBeCloseTo(-0.1, 6);
});

test('maps whose keys stay the same, or only grow, are no finding', () => {
  const a = tf.variable(tf.scalar(0));
  const b = tf.variable(tf.scalar(0));
  const optimizer: tf.Optimizer = tf.train.momentum(0.1, 0.9);
  const monitor = watch(optimizer, { quiet: true });
  optimizer.applyGradients({ [a.name]: tf.scalar(1) });
  optimizer.applyGradients({ [a.name]: tf.scalar(1), [b.name]: tf.scalar(1) });
  optimizer.applyGradients({ [a.name]: tf.scalar(1), [b.name]: tf.scalar(1) });
  expect(monitor.findings).toEqual([]);
});

test('an optimizer that is not of tfjs gets its maps as they are', () => {
  class Own extends tf.Optimizer {
    static className = 'Own';
    seen: unknown[] = [];
    applyGradients(gradients: tf.NamedTensorMap): void {
      this.seen.push(gradients);
    }
    getConfig() {
      return {};
    }
  }
  const a = tf.variable(tf.scalar(0));
  const b = tf.variable(tf.scalar(0));
  const optimizer = new Own();
  watch(optimizer, { quiet: true });
  const maps = [{ [a.name]: tf.scalar(1) }, { [b.name]: tf.scalar(1) }];
  for (const map of maps) optimizer.applyGradients(map);
  expect(optimizer.seen[0]).toBe(maps[0]);
  expect(optimizer.seen[1]).toBe(maps[1]);
});
