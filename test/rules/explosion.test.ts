import { describe, expect, test } from 'vitest';
import type { Run } from '../../src/record/run.js';
import { findExplosion, findOvershoot, firstNonFinite } from '../../src/rules/explosion.js';
import { weightsOf } from './facts.js';
import { history } from './histories.js';

const times = (count: number, value: number): number[] => Array<number>(count).fill(value);

const changed = (values: readonly number[], at: number, to: number): number[] =>
  values.map((value, i) => (i === at ? to : value));

/** One weight with these gradient norms, and these losses. */
const runOf = (norms: readonly number[], losses: readonly (number | null)[]): Run =>
  history({
    steps: norms.length,
    gradients: (step) => ({ 'a/kernel': norms[step] ?? 0 }),
    loss: (step) => losses[step] ?? null,
  });
const find = (norms: readonly number[], losses: readonly (number | null)[], growth = 100) =>
  findExplosion(runOf(norms, losses), growth);

describe('an explosion', () => {
  const tripled = [1, 1, 1, 3, 3, 3];

  test('is a norm of that many times the median of the first three', () => {
    expect(find([3, 1, 2, 200, 200, 200], tripled)).toMatchObject({ usualNorm: 2, peakNorm: 200, onset: 3 });
    expect(find([3, 1, 2, 199, 199, 199], tripled)).toBeNull();
    // However many large ones follow them before the largest.
    expect(find([2, 2, 2, ...times(6, 50), 200], [1, 1, 1, ...times(7, 3)])).toMatchObject({ onset: 3 });
  });

  test('of two first norms takes the lower, which the explosion may have left alone', () => {
    expect(find([1, 5, ...times(10, 100)], [1, 1, ...times(10, 3)])).toMatchObject({
      usualNorm: 1,
      onset: 2,
    });
  });

  test('is none after norms of 0', () => {
    expect(find([0, 0, 0, 9, 9, 9], tripled)).toBeNull();
  });

  test('begins where norms are ten times the first, back from the first of the largest', () => {
    expect(find([1, 1, 1, 9.9, 10, 100, 100], [1, 1, 1, 1, 3, 3, 3])).toMatchObject({ onset: 4 });
    expect(find([1, 1, 1, 100, 1, 100], tripled)).toMatchObject({ onset: 3 });
  });

  describe('whose end is not finite', () => {
    test('is one where the norm was still large before', () => {
      expect(find([1, 1, 1, 10, Number.NaN], times(5, 1), 10)).toMatchObject({
        outcome: 'non-finite',
        peakNorm: 10,
      });
      expect(find([1, 1, 1, 100, 100], [1, 1, 1, 1, Infinity])).toMatchObject({ outcome: 'non-finite' });
    });

    test('is none where the norm had come back', () => {
      expect(find([1, 1, 1, 100, 9, Number.NaN], times(6, 1))).toBeNull();
    });
  });

  describe('that diverges', () => {
    test('leaves losses of more than twice the highest before, all three of the last', () => {
      const norms = [1, 1, 1, 100, 100, 100];

      expect(find(norms, [1, 2, 1, 4.1, 9, 9])).toMatchObject({ outcome: 'diverging' });
      expect(find(norms, [1, 2, 1, 4, 9, 9])).toBeNull();
      expect(find(norms, [1, 2, 1, 9, 9, 3.9])).toBeNull();
      expect(find(norms, [-1, -2, -1, 0.1, 0.1, 0.1])).toMatchObject({ outcome: 'diverging' });
      expect(find(norms, [-1, -2, -1, -0.1, 0.1, 0.1])).toBeNull();
    });

    test('takes three records after three, and ten after fewer', () => {
      expect(find([1, 1, 1, 100, 100], [1, 1, 1, 3, 3])).toBeNull();
      expect(find([1, 1, ...times(9, 100)], [1, 1, ...times(9, 3)])).toBeNull();
      expect(find([1, 1, ...times(10, 100)], [1, 1, ...times(10, 3)])).toMatchObject({
        outcome: 'diverging',
      });
    });

    test('is not known to where no loss is known since', () => {
      expect(find([1, 1, 1, 100, 100, 100], [1, 1, 1, null, null, null])).toBeNull();
    });
  });

  describe('that leaves the loss stuck', () => {
    const norms = [1, 1, 1, ...times(20, 100)];

    test('has stayed large for twenty records in which the loss got no better', () => {
      expect(find(norms, times(23, 1))).toMatchObject({ outcome: 'stuck', lossBefore: 1, lossAfter: 1 });
      expect(find(norms.slice(0, -1), times(22, 1))).toBeNull();
      expect(find(changed(norms, 10, 9), times(23, 1))).toBeNull();
      expect(find(changed(norms, 10, 10), times(23, 1))).toMatchObject({ outcome: 'stuck' });
    });

    test('is none once the loss is below all of those before', () => {
      const cameTo = (loss: number) => [1, 0.875, 1, ...times(17, 1), ...times(3, loss)];

      expect(find(norms, cameTo(0.87))).toBeNull();
      expect(find(norms, cameTo(0.875))).toMatchObject({ outcome: 'stuck' });
    });

    test('is none where training succeeds, though a lucky batch before did better', () => {
      const falling = Array.from({ length: 60 }, (_, i) => 1 - 0.01 * i);

      expect(find([1, 1, 1, ...times(60, 100)], [1, 0.1, 1, ...falling])).toBeNull();
    });

    test('may be one that blew the loss up tenfold, whatever the norm is now', () => {
      const came = (peak: number, level: number, records = 10) => {
        const losses = [level, level, level, peak, ...times(records, level)];
        return find([1, 1, 1, 100, ...times(records, 1)], losses);
      };

      expect(came(10, 1)).toMatchObject({ outcome: 'stuck' });
      expect(came(9.9, 1)).toBeNull();
      expect(came(10, 1, 9)).toBeNull();
      expect(came(6, 2)).toBeNull();
      expect(came(5, 0)).toBeNull();
    });

    test('compares that with the highest loss before and the ten newest', () => {
      const norms = [1, 1, 1, 100, ...times(24, 1)];
      const late = [1, 1, 1, ...times(12, 1), 10, ...times(12, 1)];

      expect(find(norms, [0.5, 5, 0.5, 20, ...times(24, 1)])).toBeNull();
      expect(find(norms, late)).toMatchObject({ outcome: 'stuck' });
      expect(find(norms, changed(late, 18, 10))).toBeNull();
    });

    test('counts as such after a blow-up that killed all kernels, though the loss got better since', () => {
      const ended = (last: Readonly<Record<string, number>>) =>
        findExplosion(
          history({
            steps: 20,
            gradients: (step) =>
              step === 3
                ? { 'a/kernel': 100, 'a/bias': 100 }
                : step === 19
                  ? last
                  : { 'a/kernel': 1, 'a/bias': 1 },
            loss: (step) => (step < 3 ? 1 : step === 3 ? 10 : 0.5),
          }),
          50,
        );

      expect(ended({ 'a/kernel': 0, 'a/bias': 0.1 })).toMatchObject({ outcome: 'stuck' });
      expect(ended({ 'a/kernel': 0.1, 'a/bias': 0 })).toBeNull();
      expect(ended({ 'a/bias': 0.1 })).toBeNull();
    });
  });

  test('is none in a run without records, and none in one of one', () => {
    expect(find([], [])).toBeNull();
    expect(find([1], [1])).toBeNull();
  });
});

describe('an overshoot', () => {
  const overshoot = (norms: { weightNorm: number; updateNorm: number }, end: number = Number.NaN) =>
    findOvershoot(
      history({
        steps: 3,
        gradients: (step) => ({ 'a/kernel': step === 2 ? end : 7 }),
        change: weightsOf({ 'a/kernel': norms }),
      }),
    );

  test('is an update no smaller than the weights before the first record that is not finite', () => {
    expect(overshoot({ weightNorm: 2, updateNorm: 2 })).toEqual({ index: 1, norm: 7, ratio: 1 });
    expect(overshoot({ weightNorm: 2, updateNorm: 1.99 })).toBeNull();
    expect(overshoot({ weightNorm: 2, updateNorm: 2 }, 7)).toBeNull();
  });

  test('is none of weights that are 0 or not finite', () => {
    expect(overshoot({ weightNorm: 0, updateNorm: 2 })).toBeNull();
    expect(overshoot({ weightNorm: Number.NaN, updateNorm: 2 })).toBeNull();
  });
});

test('the first record that is not finite is told by its index, or else by how many there are', () => {
  expect(firstNonFinite(runOf([Number.NaN, 1], [1, 1]).steps)).toBe(0);
  expect(firstNonFinite(runOf([1, Infinity], [1, 1]).steps)).toBe(1);
  expect(firstNonFinite(runOf([1, 1], [Number.NaN, 1]).steps)).toBe(0);
  expect(firstNonFinite(runOf([1, 1], [null, 1]).steps)).toBe(2);
});
