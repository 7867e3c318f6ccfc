import * as tf from '@tensorflow/tfjs-core';
import { gradientHealthMatchers } from 'gradient-health/testing';
import { beforeAll, describe, expect, test } from 'vitest';
import { circle, healthy } from './models.js';

const { toLeakNothing } = gradientHealthMatchers;
beforeAll(() => tf.setBackend('cpu').then(() => {}));

describe('toLeakNothing', () => {
  test('passes what disposes all it makes: tidied, disposed, asynchronous, a training step', async () => {
    const model = healthy();
    const { x, y } = circle();
    const functions: (() => unknown)[] = [
      () => {},
      () => tf.tidy(() => void tf.square(tf.ones([3]))),
      () => tf.ones([3]).dispose(),
      async () => {
        const made = tf.ones([3]);
        await made.data();
        made.dispose();
      },
      () => model.trainOnBatch(x, y),
      () => model.fit(x, y, { epochs: 1, verbose: 0 }),
    ];
    for (const each of functions) expect(await toLeakNothing(each)).toMatchObject({ pass: true });
  });

  test('tells how much each run leaves, of which type and shape, and what to do', async () => {
    const kept: tf.Tensor[] = [];
    const { pass, message } = await toLeakNothing(() => {
      kept.push(tf.ones([2, 3]), tf.tensor1d([1, 2], 'int32'));
      tf.tidy(() => tf.ones([9]));
    });
    expect(pass).toBe(false);
    // What `tidy` returns and nobody takes stays: 9 floats beside 6 floats and 2 integers, 4 bytes each, are 68.
    expect(message()).toBe(
      [
        'Expected the function to leave nothing behind, but 10 runs left 30 tensors and 680 bytes.',
        '',
        '  evidence: 3 tensors and 68 bytes a run: float32 [2, 3], int32 [2], float32 [9]',
        '  1. run the operations within tf.tidy(() => ...), which disposes what they make but do not return',
        '  2. dispose what outlives it: tensor.dispose(), tf.dispose(tensors); asynchronous functions cannot be tidied',
        '',
      ].join('\n'),
    );
    // What the function keeps for itself is alive.
    expect(kept.every(({ isDisposed }) => !isDisposed)).toBe(true);
  });

  test('sees one tensor left in many runs', async () => {
    let calls = 0;
    const { message } = await toLeakNothing(() => void (++calls === 5 && tf.scalar(1)), { runs: 4 });
    expect(message()).toContain('4 runs left 1 tensors and 4 bytes');
    expect(message()).toContain('evidence: 0.3 tensors and 1 bytes a run\n');
  });

  test('disposes what the function returns, alone or in plain containers, but no tensor that it found there', async () => {
    const weight = tf.variable(tf.ones([3]));
    const old = tf.ones([3]);
    const returned: (() => unknown)[] = [
      () => tf.ones([3]),
      () => [tf.ones([3]), [tf.ones([3])]],
      async () => ({ a: tf.ones([3]), b: { c: tf.ones([3]) } }),
      () => [weight, old],
    ];
    for (const each of returned) expect(await toLeakNothing(each)).toMatchObject({ pass: true });
    expect([weight.isDisposed, old.isDisposed]).toEqual([false, false]);
  });

  test('takes what is made once for no leak, as long as it is made while it warms up', async () => {
    let once: tf.Tensor | null = null;
    const lazy = () => {
      once ??= tf.keep(tf.ones([3]));
    };
    expect((await toLeakNothing(lazy)).pass).toBe(true);
    once = null;
    expect((await toLeakNothing(lazy, { warmups: 0 })).pass).toBe(false);
    expect(once).not.toBeNull();
  });

  test('counts variables too', async () => {
    const { pass, message } = await toLeakNothing(() => void tf.variable(tf.scalar(1)), {
      runs: 2,
      warmups: 0,
    });
    expect(pass).toBe(false);
    expect(message()).toContain('2 runs left 4 tensors');
  });

  test('runs the function as often as it is told', async () => {
    let calls = 0;
    await toLeakNothing(() => calls++, { runs: 3, warmups: 4 });
    expect(calls).toBe(7);
  });

  test('passes on what the function throws, and stands in no scope afterwards', async () => {
    let calls = 0;
    const fails = () => {
      tf.ones([1]);
      if (++calls === 13) throw new Error('broken'); // 2 + 10 runs, then the one that is looked at
    };
    await expect(toLeakNothing(fails)).rejects.toThrow('broken');
    const { numTensors } = tf.memory();
    tf.ones([1]);
    expect(tf.memory().numTensors).toBe(numTensors + 1);
    expect(tf.engine().state.activeScope ?? null).toBeNull();
  });

  test.each([
    ['anything but a function', {}, {}, 'expected a function to run, such as () => step(), got object'],
    ['no run', () => {}, { runs: 0 }, 'toLeakNothing: runs must be an integer of 1 or more, got 0'],
    [
      'half a run',
      () => {},
      { warmups: 0.5 },
      'toLeakNothing: warmups must be an integer of 0 or more, got 0.5',
    ],
  ])('rejects %s', async (_, received, options, message) => {
    await expect(toLeakNothing(received, options)).rejects.toThrow(message);
  });
});
