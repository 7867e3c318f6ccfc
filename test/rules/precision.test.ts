import { describe, expect, test } from 'vitest';
import type { BackendFacts, TensorStats } from '../../src/record/run.js';
import { classifier, failing, usual } from './facts.js';
import { stats } from './histories.js';
import { precisionUnderflow } from './told.js';

const limit = 2 ** -116;
/** A gradient of 32 elements, half of them 0 and none above 1e-36. */
const lost = (change: Partial<TensorStats> = {}): TensorStats => ({
  ...stats(1e-36, 32),
  zeros: 16,
  ...change,
});

describe('precisionUnderflow, of gradients', () => {
  const check = (gradient: TensorStats | null, parts = {}, options = {}) =>
    precisionUnderflow(options).check(
      failing({ gradients: () => ({ ...usual(), 'h1/kernel': gradient }), ...parts }),
    );

  test('needs ten records', () => {
    // A loss that is lost makes a run of any length fail.
    const lastIsLost = (steps: number) => ({
      steps,
      loss: (step: number) => (step < steps - 1 ? 0.7 : Number.NaN),
    });
    expect(check(lost(), lastIsLost(10))).toHaveLength(1);
    expect(check(lost(), lastIsLost(9))).toEqual([]);
  });

  test('needs every one of the ten newest, and tells since when', () => {
    const once = (step: number) => ({ ...usual(), 'h1/kernel': step === 115 ? stats(1, 32) : lost() });
    expect(check(null, { gradients: once })).toEqual([]);
    const lately = (step: number) => ({ ...usual(), 'h1/kernel': step < 110 ? stats(1, 32) : lost() });
    expect(check(null, { gradients: lately })).toMatchObject([{ firstStep: 110 }]);
    const absent = (step: number) => ({ 'h1/bias': 1, ...(step === 119 && { 'h1/kernel': lost() }) });
    expect(check(null, { gradients: absent })).toEqual([]);
  });

  test('finds one weight matrix of several in a layer', () => {
    const gradients = () => ({ 'rnn/kernel': lost(), 'rnn/recurrent_kernel': 1 });
    expect(check(null, { gradients, model: null })).toMatchObject([{ where: 'rnn' }]);
  });

  test('needs three tenths of the gradient to be 0, or the share it was given, but not all of it', () => {
    expect(check(lost({ zeros: 10 }))).toHaveLength(1);
    expect(check(lost({ zeros: 9 }))).toEqual([]);
    expect(check(lost({ zeros: 16 }), {}, { share: 0.5 })).toHaveLength(1);
    expect(check(lost({ zeros: 15 }), {}, { share: 0.5 })).toEqual([]);
    expect(check(lost({ zeros: 32, min: 0, max: 0 }))).toEqual([]);
    expect(check(null)).toEqual([]);
  });

  test('needs the largest element, up or down, to be near the smallest number', () => {
    expect(check(lost({ min: -limit / 2, max: limit / 2 }))).toHaveLength(1);
    expect(check(lost({ max: limit }))).toEqual([]);
    expect(check(lost({ min: -limit }))).toEqual([]);
  });

  test('takes the smallest number that a probe measured', () => {
    const backend = { name: 'webgl', epsilon: 1e-4, floatPrecision: 16 as const, smallestNormal: 2 ** -14 };
    const run = failing({ gradients: () => ({ 'h1/kernel': lost({ min: -0.06, max: 0.06 }) }) });
    // 2^10 above 2^-14 is 0.0625.
    expect(precisionUnderflow().check({ ...run, backend })).toMatchObject([
      { evidence: { limit: 0.0625 }, message: expect.stringContaining('16-bit floats') },
    ]);
    expect(precisionUnderflow().check(run)).toEqual([]);
  });

  test('takes 32-bit floats for given where the backend is not known', () => {
    const run = { ...failing({ gradients: () => ({ 'h1/kernel': lost() }) }), backend: null };
    expect(precisionUnderflow().check(run)).toMatchObject([
      { message: expect.stringContaining('32-bit floats') },
    ]);
  });
});

describe('precisionUnderflow, of an epsilon', () => {
  const better = 2 ** -20;
  const used = 10 * 2 ** -10;
  const measured: BackendFacts = { name: 'webgl', epsilon: used, recommendedEpsilon: better };
  /** Gradients of four elements; half of the norm each. */
  const runOf = (backend: BackendFacts | null, epsilon?: number, parts = {}) => ({
    ...failing({
      model: {
        ...classifier({}),
        optimizer: { className: 'Adam', config: epsilon === undefined ? {} : { epsilon } },
      },
      gradients: () => ({ 'h1/kernel': 2e-6, 'h2/kernel': null }),
      ...parts,
    }),
    backend,
  });
  const check = (...parts: Parameters<typeof runOf>) => precisionUnderflow().check(runOf(...parts));

  test('finds that of the backend, and recommends what a probe does', () => {
    expect(check(measured, used)).toMatchObject([
      {
        where: 'model',
        evidence: { epsilon: used, recommended: better, gradient: 1e-6 },
        remedies: [{ kind: 'optimizer', to: 'epsilon 9.5e-7' }],
      },
    ]);
    const named = (name: string) => ({ ...measured, name });
    expect(check(named('webgpu'), used)).toHaveLength(1);
  });

  test('leaves an epsilon alone that the user chose, or that is none', () => {
    expect(check(measured, 2 * used)).toEqual([]);
    expect(check(measured)).toEqual([]);
  });

  test('leaves one alone that is up to ten times what is recommended', () => {
    expect(
      check({ ...measured, epsilon: 10 * better }, 10 * better, { gradients: () => ({ 'h1/kernel': 1e-9 }) }),
    ).toEqual([]);
    expect(
      check({ ...measured, epsilon: 11 * better }, 11 * better, { gradients: () => ({ 'h1/kernel': 1e-9 }) }),
    ).toHaveLength(1);
  });

  test('leaves one alone that is up to ten times the gradients', () => {
    const of = (norm: number) => ({ gradients: () => ({ 'h1/kernel': norm }) });
    expect(check(measured, used, of(2 * 2 ** -10))).toEqual([]);
    expect(check(measured, used, of(1.9 * 2 ** -10))).toHaveLength(1);
  });

  test('reads the ten newest records, and passes over what they lack', () => {
    const lately = (step: number) => ({ 'h1/kernel': step < 110 ? 1 : 2e-6 });
    expect(check(measured, used, { gradients: lately })).toHaveLength(1);
    const formerly = (step: number) => ({ 'h1/kernel': step < 110 ? 2e-6 : 1 });
    expect(check(measured, used, { gradients: formerly })).toEqual([]);
    const absent = (step: number) => ({ 'h1/kernel': 2e-6, ...(step === 119 && { 'h2/kernel': 2e-6 }) });
    expect(check(measured, used, { gradients: absent })).toHaveLength(1);
    expect(check(measured, used, { gradients: () => ({ 'h1/kernel': null }) })).toEqual([]);
  });

  test.each([
    ['webgl', 32, 1],
    ['webgl', undefined, 1],
    ['webgl', 16, 0],
    ['webgpu', 32, 0],
    ['cpu', undefined, 0],
  ] as const)('without a recommendation, on %s with %s bits, finds %s', (name, floatPrecision, count) => {
    const backend = { name, epsilon: 1e-4, ...(floatPrecision && { floatPrecision }) };
    expect(check(backend, 1e-4)).toHaveLength(count);
  });

  test('is silent where the backend or the model is not known', () => {
    expect(check(null, used)).toEqual([]);
    expect(check(measured, used, { model: null })).toEqual([]);
  });

  test('gives way to gradients that are lost already', () => {
    const both = runOf({ ...measured, floatPrecision: 16, smallestNormal: 2 ** -14 }, used, {
      gradients: () => ({ 'h1/kernel': lost() }),
    });
    expect(precisionUnderflow().check(both)).toMatchObject([{ remedies: [{ kind: 'loss-scale' }] }]);
  });
});
