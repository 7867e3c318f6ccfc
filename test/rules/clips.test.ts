import { describe, expect, test } from 'vitest';
import type { ClipRecord, StepRecord } from '../../src/record/run.js';
import { classifier, failing, usual } from './facts.js';
import { stats } from './histories.js';
import { overClipping } from './told.js';

describe('overClipping', () => {
  type Clip = Partial<ClipRecord> & { readonly norm?: number };
  /** A run that fails, by what was clipped in each step, of a norm of 2 unless another is given. */
  const check = (clip: (step: number) => Clip | undefined, options = {}, parts = {}) =>
    overClipping(options).check(
      failing({
        gradients: usual,
        ...parts,
        change(record): StepRecord {
          const found = clip(record.step);
          if (found === undefined) return record;
          const { norm = 2, ...change } = found;
          const usualClip = { name: 'clip', normAfter: norm, fired: false, accepted: true, cosine: 1 };
          return { ...record, globalNorm: norm, clip: { ...usualClip, ...change } };
        },
      }),
    );
  const tight = { fired: true, normAfter: 0.1 };

  test('needs nine tenths of the twenty newest steps to be cut', () => {
    expect(check((step) => (step < 102 ? {} : tight))).toMatchObject([
      { firstStep: 100, evidence: { kept: 0.05, rejected: 0, gradientNorm: 2 } },
    ]);
    expect(check((step) => (step < 103 ? {} : tight))).toEqual([]);
  });

  test('needs nine tenths of them to be rejected', () => {
    expect(check((step) => ({ accepted: step < 102 }))).toMatchObject([{ evidence: { rejected: 18 } }]);
    expect(check((step) => ({ accepted: step < 103 }))).toEqual([]);
  });

  test('leaves a clip alone that leaves a tenth in most steps', () => {
    expect(check(() => ({ fired: true, normAfter: 0.2 }))).toEqual([]);
    expect(check(() => ({ fired: true, normAfter: 0.19 }))).toHaveLength(1);
  });

  test('needs twenty records of a clip whose gradients were finite', () => {
    expect(check((step) => (step % 2 === 0 ? tight : undefined))).toEqual([]);
    expect(check((step) => (step === 110 ? { accepted: false, norm: Number.NaN } : tight))).toEqual([]);
    expect(check((step) => (step < 100 ? undefined : tight))).toHaveLength(1);
  });

  test.each(['Adam', 'Adamax', 'RMSProp'])(
    'leaves %s alone, which gives back what a clip takes',
    (className) => {
      // Sixteen elements of 0.5, and of 0.025 after the clip.
      const gradients = () => ({ 'h1/kernel': stats(2, 12), 'out/kernel': stats(0, 4), 'h2/kernel': null });
      const by = (epsilon?: number, optimizer = className) => {
        const config = epsilon === undefined ? {} : { epsilon };
        const model = { ...classifier({}), optimizer: { className: optimizer, config } };
        return check(() => tight, {}, { gradients, model });
      };
      expect(by()).toEqual([]);
      expect(by(1e-7)).toEqual([]);
      expect(by(0.025)).toEqual([]);
      expect(by(0.026)).toHaveLength(1);
      expect(by(0.5)).toHaveLength(1);
      // These are below it without any clip.
      expect(by(0.51)).toEqual([]);
      expect(by(1e-7, 'SGD')).toHaveLength(1);
      const model = { ...classifier({}), optimizer: { className, config: {} } };
      expect(check(() => ({ ...tight, accepted: false }), {}, { gradients, model })).toHaveLength(1);
    },
  );

  test('names the newest clip', () => {
    const named = (step: number) => ({ ...tight, name: step < 119 ? 'clipByValue' : 'clipByNorm' });
    expect(check(named)[0]?.message).toMatch(/^clipByNorm leaves 5 % of the gradient/);
  });

  test('recommends no limit where gradients have none to tell it by', () => {
    expect(check(() => ({ accepted: false, norm: 0 }))).toMatchObject([{ remedies: [] }]);
    expect(check(() => ({ accepted: false, norm: 0.5 }))).toMatchObject([
      { remedies: [{ to: 'clipByGlobalNorm(0.5)' }] },
    ]);
  });
});
