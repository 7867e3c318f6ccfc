import { describe, expect, test } from 'vitest';
import type { LayerRecord, StepRecord } from '../../src/record/run.js';
import { failing } from './facts.js';
import { chain, fallingLoss, flatLoss, stats } from './histories.js';
import { laggingAverages } from './told.js';

/** Of 32 samples of 8 channels. */
const layer = (inferenceGap?: number, size = 256): LayerRecord => ({
  output: stats(1, size),
  outputGradient: null,
  ...(inferenceGap !== undefined && { inferenceGap }),
});
/** The gap that a layer shows where its averages are off by so much, beside what 32 samples are off by. */
const beyondNoise = (gap: number) => Math.sqrt(gap ** 2 + 1.5 / 32);

const normalised = (path: string) => ({
  path,
  className: 'BatchNormalization',
  config: { momentum: 0.99 },
  weights: { gamma: [8], beta: [8], moving_mean: [8], moving_variance: [8] },
});
const model = chain([
  { path: 'h1' },
  normalised('norm1'),
  { path: 'h2' },
  normalised('norm2'),
  { path: 'out' },
]);

const run = (layers: (step: number) => StepRecord['layers'], parts = {}) =>
  failing({
    steps: 60,
    loss: fallingLoss,
    model,
    change: (record) => {
      const tapped = layers(record.step);
      return tapped ? { ...record, layers: tapped } : record;
    },
    ...parts,
  });
const check = (...parts: Parameters<typeof run>) => laggingAverages().check(run(...parts));
const two = (first: number, second: number) => () => ({
  norm1: layer(beyondNoise(first)),
  norm2: layer(beyondNoise(second)),
});

describe('laggingAverages', () => {
  test('adds up how far layers are off, as the squares of what is not due to the size of the batch', () => {
    expect(check(two(0.3, 0.41))).toMatchObject([
      {
        severity: 'warning',
        where: 'model',
        evidence: { gap: expect.closeTo(0.508, 3), layers: 2, momentum: 0.99 },
      },
    ]);
    expect(check(two(0.3, 0.39))).toEqual([]);
  });

  test('names the layer that is off the most, and all of them in its remedy', () => {
    const [found] = check(two(0.1, 2));
    expect(found?.message).toContain('norm2 (and 1 more)');
    expect(found?.message).toContain('200 % together: its moving averages, of which each step keeps 0.99,');
    expect(found?.remedies).toMatchObject([
      { kind: 'normalization', layers: ['norm1', 'norm2'], to: 'momentum 0.9' },
    ]);
  });

  test('lets small batches differ', () => {
    const of = (samples: number) => check(() => ({ norm1: layer(0.8, 8 * samples) }));
    expect(of(3)).toEqual([]);
    expect(of(5)).toMatchObject([
      { evidence: { layers: 1 }, message: expect.stringContaining('norm1: in predict') },
    ]);
  });

  test('leaves out layers that are within what their batch explains, and fires beyond the limit alone', () => {
    const [found] = check(() => ({ norm1: layer(0.1), norm2: layer(beyondNoise(0.8)) }));
    expect(found).toMatchObject({ evidence: { gap: expect.closeTo(0.8, 10), layers: 1 } });
    expect(check(() => ({ norm1: layer(Math.sqrt(1.5 / 32)), norm2: layer(0.1) }))).toEqual([]);
    // Without noise to speak of, a gap of 0.5 is 0.5.
    const exactly = (gap: number) => check(() => ({ norm1: layer(gap, 8 * 2 ** 80) }));
    expect(exactly(0.5)).toEqual([]);
    expect(exactly(0.500001)).toHaveLength(1);
    expect(check(two(2, 2), { model: null })).toEqual([]);
  });

  test('takes the newest record that has layers', () => {
    expect(check((step) => (step === 20 ? { norm1: layer(2) } : undefined))).toHaveLength(1);
    expect(
      check((step) => (step === 20 || step === 30 ? { norm1: layer(step === 20 ? 2 : 0) } : undefined)),
    ).toEqual([]);
    expect(check(() => undefined)).toEqual([]);
    expect(check(() => ({ norm1: layer() }))).toEqual([]);
  });

  test('waits for fifty losses, and for training to do well', () => {
    expect(check(two(2, 2), { steps: 50 })).toHaveLength(1);
    expect(check(two(2, 2), { steps: 49 })).toEqual([]);
    expect(check(two(2, 2), { loss: flatLoss })).toEqual([]);
  });

  test('does without the momentum and the channels where they are not known', () => {
    const bare = chain([{ path: 'norm1', className: 'BatchNormalization' }, { path: 'out' }]);
    expect(check(() => ({ norm1: layer(0.6) }), { model: bare })).toMatchObject([
      { message: expect.stringContaining('moving averages lag behind') },
    ]);
    const scaleless = { ...normalised('norm1'), weights: { moving_mean: [8] } };
    expect(check(() => ({ norm1: layer(0.8, 24) }), { model: chain([scaleless, { path: 'out' }]) })).toEqual(
      [],
    );
  });
});
