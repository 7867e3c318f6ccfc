import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { type Monitor, type Rule, watch } from '../../src/index.js';
import { createOutbox } from '../../src/watch/outbox.js';
import { history } from '../rules/histories.js';

const { steps } = history({ steps: 60 });

function outboxOf(patience: () => number) {
  const taken: number[] = [];
  const outbox = createOutbox(patience, ({ step }) => taken.push(step));
  const add = (step: number, isUrgent = false): void => outbox.add(() => steps[step], isUrgent);
  return { taken, add, drain: outbox.drain };
}

describe('the outbox', () => {
  test('makes a record at once where nobody has patience', () => {
    const { taken, add } = outboxOf(() => 0);
    for (const step of [0, 1, 2]) {
      add(step);
      expect(taken.at(-1)).toBe(step);
    }
  });

  test('makes as many as may wait together with the one that is one too many, but never more than 16', () => {
    const few = outboxOf(() => 3);
    for (let step = 0; step < 3; step++) few.add(step);
    expect(few.taken).toEqual([]);
    few.add(3);
    expect(few.taken).toEqual([0, 1, 2, 3]);
    const many = outboxOf(() => 1000);
    for (let step = 0; step < 20; step++) many.add(step);
    expect(many.taken).toHaveLength(16);
    many.drain();
    expect(many.taken).toHaveLength(20);
  });

  test('leaves out what could not be made, and goes on', () => {
    const taken: number[] = [];
    const outbox = createOutbox(
      () => 9,
      ({ step }) => taken.push(step),
    );
    for (const record of [steps[0], undefined, steps[2]]) outbox.add(() => record, false);
    outbox.drain();
    expect(taken).toEqual([0, 2]);
  });

  test('keeps what waits where taking a record fails', () => {
    const taken: number[] = [];
    const outbox = createOutbox(
      () => 9,
      ({ step }) => {
        if (step === 1) throw new Error('full');
        taken.push(step);
      },
    );
    for (const step of [0, 1, 2]) outbox.add(() => steps[step], false);
    expect(outbox.drain).toThrow('full');
    outbox.drain();
    expect(taken).toEqual([0, 2]);
  });

  test('keeps the order of the steps, whatever is urgent', () => {
    const any = fc.array(fc.tuple(fc.boolean(), fc.nat(20)), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(any, (adds) => {
        let patience = 0;
        const { taken, add, drain } = outboxOf(() => patience);
        for (const [step, [isUrgent, next]] of adds.entries()) {
          patience = next;
          add(step, isUrgent);
          if (isUrgent) expect(taken).toHaveLength(step + 1);
        }
        drain();
        expect(taken).toEqual(adds.map((_, step) => step));
      }),
    );
  });
});

describe('records that wait', () => {
  beforeEach(async () => {
    await tf.setBackend('cpu');
  });

  /** Trains a weight whose loss becomes NaN at step 50; tells at which step rules were asked, and what they saw. */
  async function asked(listens: boolean): Promise<{ readonly asked: number[][]; readonly monitor: Monitor }> {
    const weight = tf.variable(tf.tensor1d([1, 2]));
    const optimizer = tf.train.sgd(1e-3);
    let now = -1;
    const seen: number[][] = [];
    const witness: Rule = {
      id: 'witness',
      check(run) {
        seen.push([now, run.steps.length]);
        return [];
      },
    };
    const monitor = watch(optimizer, {
      quiet: true,
      rules: [witness],
      ...(listens && { sinks: [{ write() {} }] }),
    });
    for (now = 0; now < 60; now++) {
      const factor = now === 50 ? Number.NaN : 1;
      optimizer.minimize(() => tf.mul(tf.sum(tf.square(weight)), factor) as tf.Scalar, false, [weight]);
    }
    weight.dispose();
    return { asked: seen, monitor };
  }

  test('are judged after the same steps as those that somebody hears of, and no later when one is not finite', async () => {
    const [alone, heard] = [await asked(false), await asked(true)];
    expect(alone.asked).toEqual(heard.asked);
    expect(alone.asked).toContainEqual([50, 51]);
    for (const { monitor } of [alone, heard]) await monitor.stop();
  });

  test('are there for whoever asks', async () => {
    const { monitor } = await asked(false);
    expect(monitor.records.map(({ step }) => step)).toEqual(Array.from({ length: 60 }, (_, step) => step));
    expect(monitor.run.steps).toHaveLength(60);
    expect(monitor.report().run.steps).toHaveLength(60);
    await monitor.stop();
  });
});
