import { describe, expect, test } from 'vitest';
import { failing, usual } from './facts.js';
import { gradientSpike } from './told.js';

describe('gradientSpike', () => {
  /** A run that fails, by the global norm of each step. */
  const leaping = (norm: (step: number) => number, parts = {}) =>
    failing({
      gradients: usual,
      change: (record) => ({ ...record, globalNorm: norm(record.step) }),
      ...parts,
    });
  const check = (...parts: Parameters<typeof leaping>) => gradientSpike().check(leaping(...parts));
  /** Leaps from 2 at one step. */
  const once = (at: number, to: number) => (step: number) => (step === at ? to : 2);

  test('finds a step of more than a hundred times the usual norm', () => {
    expect(check(once(50, 201))).toMatchObject([
      {
        firstStep: 50,
        lastStep: 50,
        evidence: { usualNorm: 2, largestNorm: 201, spikes: 1 },
        remedies: [{ to: 'clipByGlobalNorm(2)' }],
      },
    ]);
    expect(check(once(50, 200))).toEqual([]);
  });

  test('needs twenty records', () => {
    // A loss that is lost makes a run of any length fail.
    const lost = (last: number) => ({ loss: (step: number) => (step < last ? 0.7 : Number.NaN) });
    expect(check(once(5, 500), { steps: 20, ...lost(19) })).toHaveLength(1);
    expect(check(once(5, 500), { steps: 19, ...lost(18) })).toEqual([]);
  });

  test('finds a few of them and tells of the largest', () => {
    const norms: Readonly<Record<number, number>> = { 20: 300, 40: 900, 60: 400 };
    expect(check((step) => norms[step] ?? 2)).toMatchObject([
      {
        firstStep: 20,
        lastStep: 60,
        evidence: { largestNorm: 900, spikes: 3 },
        message: expect.stringContaining('leapt 3 times from about 2 to up to 900, first at step 20'),
      },
    ]);
  });

  test('takes large norms for the rule where more than one in twenty is large', () => {
    expect(check((step) => (step % 20 === 0 ? 500 : 2))).toMatchObject([{ evidence: { spikes: 6 } }]);
    expect(check((step) => (step % 20 === 0 || step === 50 ? 500 : 2))).toEqual([]);
  });

  test('is silent where gradients are usually 0, and on norms that are not finite', () => {
    expect(check((step) => (step === 50 ? 1 : 0))).toEqual([]);
    expect(check(once(50, Number.POSITIVE_INFINITY))).toEqual([]);
  });

  test('tells where most of a leap is, as far as a gradient is recorded', () => {
    const gradients = (step: number) => ({ 'h1/kernel': 1, 'h2/kernel': step === 50 ? 300 : 0.5 });
    expect(check(once(50, 300), { gradients })).toMatchObject([
      { where: 'h2', message: expect.stringContaining('most of it in h2') },
    ]);
    const none = () => ({ 'h1/kernel': null });
    expect(check(once(50, 300), { gradients: none })).toMatchObject([
      { where: 'model', message: expect.stringMatching(/at step 50\.$/) },
    ]);
  });
});
