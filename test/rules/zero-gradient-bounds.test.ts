import { describe, expect, test } from 'vitest';
import type { Run } from '../../src/record/run.js';
import { zeroGradient } from '../../src/rules/zero-gradient.js';
import { chain, flatLoss, type Gradient, history, stack, stats } from './histories.js';
import * as told from './told.js';

const check = (run: Run) => zeroGradient().check(run);
const model = stack(2, { activation: 'relu' });
const alive = { 'h1/kernel': 1, 'h2/kernel': 1, 'out/kernel': 1 };
const dead = { ...alive, 'h1/kernel': 0 };
const none = { 'h1/kernel': 0, 'h2/kernel': 0, 'out/kernel': 0 };
/** The first gradients before a step, and the others from it on. */
const from = (first: number, before: Record<string, Gradient>, after: Record<string, Gradient>) => ({
  gradients: (step: number) => (step < first ? before : after),
});
const base = { steps: 20, loss: flatLoss, model, gradients: () => dead };

test('tells of a single layer in the singular, and of others by their number', () => {
  const two = { ...dead, 'h2/kernel': 0 };

  expect(told.zeroGradient().check(history(base))).toMatchObject([{ evidence: { layers: 1, ofLayers: 3 } }]);
  expect(told.zeroGradient().check(history({ ...base, gradients: () => two }))).toMatchObject([
    { evidence: { layers: 2, ofLayers: 3 } },
  ]);
});

describe('a layer', () => {
  test('without a weight matrix neither is at 0 nor learns', () => {
    const normalized = { ...none, 'norm/gamma': 1, 'norm/beta': 1 };
    const facts = chain([{ path: 'h1' }, { path: 'norm' }, { path: 'h2' }, { path: 'out' }]);

    expect(check(history({ ...base, model: facts, gradients: () => normalized }))).toMatchObject([
      { severity: 'error', evidence: { layers: 3, ofLayers: 3 } },
    ]);
  });

  test('is at 0 with all of its weight matrices in all of the records', () => {
    const half = (recurrent: Gradient) => ({ ...dead, 'h1/recurrent_kernel': recurrent });

    expect(check(history({ ...base, gradients: () => half(0) }))).toHaveLength(1);
    expect(check(history({ ...base, gradients: () => half(1) }))).toEqual([]);
    expect(check(history({ ...base, gradients: () => half(null) }))).toEqual([]);
    expect(check(history({ ...base, ...from(15, alive, dead) }))).toEqual([]);
    expect(check(history({ ...base, ...from(15, dead, alive) }))).toEqual([]);
  });

  test('that gets no gradient now and then is not at 0', () => {
    const missing = { ...alive, 'h1/kernel': null };

    expect(check(history({ ...base, ...from(15, missing, dead) }))).toEqual([]);
    expect(check(history({ ...base, ...from(15, dead, missing) }))).toEqual([]);
  });

  test('whose weights have no elements is not at 0', () => {
    expect(check(history({ ...base, gradients: () => ({ ...alive, 'h1/kernel': stats(0, 0) }) }))).toEqual(
      [],
    );
  });

  test('that was added later has been at 0 since then', () => {
    const { 'h1/kernel': _, ...fewer } = alive;

    expect(check(history({ ...base, ...from(7, fewer, dead) }))).toMatchObject([{ firstStep: 7 }]);
  });
});

test('is told since the beginning of the last stretch', () => {
  const again = { ...base, gradients: (step: number) => (step === 3 ? alive : dead) };

  expect(check(history(again))).toMatchObject([{ firstStep: 4, lastStep: 19 }]);
});

describe('without all losses', () => {
  test('one that is known tells that training goes on', () => {
    const run = { ...base, ...from(5, alive, none) };

    expect(check(history({ ...run, loss: (step) => (step === 0 ? 1 : null) }))).toHaveLength(1);
    expect(check(history({ ...run, loss: () => null }))).toEqual([]);
  });

  test('and without any, other layers that learn do', () => {
    expect(check(history({ ...base, ...from(5, alive, dead), loss: () => null }))).toMatchObject([
      { firstStep: 5 },
    ]);
  });
});

test('blames a layer and not the output while others learn, though no bias is there to tell', () => {
  expect(check(history(base))).toMatchObject([{ where: 'h1', severity: 'warning' }]);
});

describe('what went before', () => {
  const because = (parts: Partial<Parameters<typeof history>[0]>, change = (run: Run) => run) => {
    const [finding] = check(change(history({ ...base, ...parts })));
    return finding && 'because' in finding ? finding.because : finding && 'nothing';
  };
  const faded = { ...alive, 'h1/kernel': 1e-7 };

  test('is not spoken of where it shows nothing', () => {
    expect(because(from(5, alive, dead))).toBe('nothing');
    expect(because({})).toBe('nothing');
  });

  test('three records of a gradient that fades are enough, two are not', () => {
    const since = (first: number) => (step: number) => (step < first ? alive : step < 10 ? faded : dead);

    expect(because({ gradients: since(7) })).toBe('vanishing-gradient');
    expect(because({ gradients: since(8) })).toBe('nothing');
    expect(because({ steps: 13, ...from(3, faded, dead) })).toBe('vanishing-gradient');
    expect(because({ steps: 12, ...from(2, faded, dead) })).toBe('nothing');
  });

  test('a gradient has faded at a hundred thousandth of that of the output', () => {
    // Norms whose mean of logarithms gives this ratio without an error of rounding.
    const ratio = (first: number) => from(10, { ...alive, 'h1/kernel': first, 'out/kernel': 17 }, dead);

    expect(because(ratio(17e-5))).toBe('vanishing-gradient');
    expect(because(ratio(18e-5))).toBe('nothing');
  });

  test('nothing can be compared where there is but one layer', () => {
    const single = { model: chain([{ path: 'out' }]) };

    expect(because({ ...single, ...from(10, { 'out/kernel': 1 }, { 'out/kernel': 0 }) })).toBe('nothing');
  });

  describe('an explosion', () => {
    const blown = { ...alive, 'h2/kernel': 1e6 };
    // High for 20 records, with no better loss: an explosion from step 10 on.
    const explodes = (isDead: (step: number) => boolean) => ({
      steps: 40,
      gradients: (step: number) => ({
        ...(step < 10 ? alive : blown),
        ...(isDead(step) && { 'h1/kernel': 0 }),
      }),
    });
    // Steps are numbered on where records before them were dropped.
    const later = (run: Run): Run => ({
      ...run,
      steps: run.steps.map((record) => ({ ...record, step: record.step + 100 })),
    });

    test('explains layers that died with it or after it', () => {
      expect(because(explodes((step) => step >= 10))).toBe('exploding-gradient');
      expect(because(explodes((step) => step >= 25))).toBe('exploding-gradient');
    });

    test('but not those that were at 0 before', () => {
      expect(because(explodes((step) => step >= 9))).toBe('nothing');
      expect(
        because(
          explodes((step) => step >= 9),
          later,
        ),
      ).toBe('nothing');
      expect(because(explodes(() => true))).toBe('nothing');
    });
  });
});
