import { describe, expect, test } from 'vitest';
import type { ModelFacts, Run, VariableRecord } from '../../src/record/run.js';
import { weightedLayers } from '../../src/rules/weighted-layers.js';
import { explainBlock, explainOutput } from '../../src/rules/zero-cause.js';
import { chain, type Gradient, history, stats } from './histories.js';

const model = (activation: string): ModelFacts =>
  chain([{ path: 'h1', activation }, { path: 'h2', activation }, { path: 'out' }]);
/** Why the layers at these paths get no gradient and the others do; judged by all records. */
const explain = (run: Run, ...paths: readonly string[]) => {
  const layers = weightedLayers(run);
  return explainBlock(run, {
    window: run.steps,
    zero: layers.filter(({ path }) => paths.includes(path)),
    live: layers.filter(({ path }) => !paths.includes(path)),
    since: 0,
  });
};
const run = (gradients: Record<string, Gradient>, facts: ModelFacts | null = model('linear')) =>
  history({ steps: 3, model: facts, gradients: () => gradients });
/** Changes weights of the newest record; `undefined` takes one away. */
const newest = (given: Run, changes: Readonly<Record<string, Partial<VariableRecord> | undefined>>): Run => {
  const last = given.steps.at(-1)!;
  const variables = { ...last.variables };
  for (const [key, change] of Object.entries(changes)) {
    if (change === undefined) delete variables[key];
    else variables[key] = { ...variables[key]!, ...change };
  }
  return { ...given, steps: [...given.steps.slice(0, -1), { ...last, variables }] };
};

describe('explainBlock', () => {
  const zeros = { 'h1/kernel': 0, 'h1/bias': 0, 'h2/kernel': 0, 'h2/bias': 1, 'out/kernel': 1 };

  test.each([
    ['relu', 'h1 is dead'],
    ['relu6', 'h1 is dead'],
    ['thresholdedRelu', 'h1 is dead'],
    ['sigmoid', 'h1 is saturated'],
    ['hardSigmoid', 'h1 is saturated'],
    ['tanh', 'h1 is saturated'],
    ['softsign', 'h1 is saturated'],
    ['softmax', 'h1 is saturated'],
    ['leakyRelu', 'nothing that the loss depends on'],
    ['prelu', 'nothing that the loss depends on'],
    ['logSigmoid', 'nothing that the loss depends on'],
    ['logsigmoid', 'nothing that the loss depends on'],
    ['tanhShrink', 'nothing that the loss depends on'],
    ['linear', 'nothing that the loss depends on'],
  ])('with %s: %s', (activation, why) => {
    expect(explain(run(zeros, model(activation)), 'h1', 'h2')).toMatchObject({
      where: 'h1',
      why: expect.stringContaining(why),
      severity: 'warning',
    });
  });

  test('names no layer where there is none, or no record', () => {
    const nowhere = { where: 'model', why: 'no gradient gets there', remedies: [] };
    const given = run(zeros);

    expect(explain(given)).toEqual({ ...nowhere, severity: 'warning' });
    const zero = weightedLayers(given);
    expect(explainBlock(given, { window: [], zero, live: [], since: 0 })).toEqual({
      ...nowhere,
      severity: 'error',
    });
  });

  describe('finds the layer that lets nothing pass', () => {
    const deep = chain(['h1', 'h2', 'h3', 'h4', 'out'].map((path) => ({ path, activation: 'relu' })));
    const of = (biases: Record<string, Gradient>) =>
      run(
        {
          ...Object.fromEntries(['h1', 'h2', 'h3', 'h4'].map((path) => [`${path}/kernel`, 0])),
          'out/kernel': 1,
          ...biases,
        },
        deep,
      );
    const block = ['h1', 'h2', 'h3', 'h4'];

    test('the deepest whose bias gets nothing either', () => {
      expect(explain(of({ 'h1/bias': 0, 'h2/bias': 0, 'h3/bias': 0, 'h4/bias': 1 }), ...block).where).toBe(
        'h3',
      );
      expect(explain(of({ 'h1/bias': 0, 'h2/bias': 1, 'h3/bias': 1, 'h4/bias': 1 }), ...block).where).toBe(
        'h1',
      );
    });

    test('all of its vectors, where it has several', () => {
      const half = { 'h3/beta': 0, 'h3/gamma': 1, 'h4/bias': 1 };

      expect(explain(of({ 'h1/bias': 0, 'h2/bias': 0, ...half }), ...block).where).toBe('h2');
    });

    test('one that no gradient reaches counts as still, and so does one that is not recorded', () => {
      const rest = { 'h3/bias': 1, 'h4/bias': 1 };
      const given = of({ 'h1/bias': 0, 'h2/bias': 0, ...rest });

      expect(explain(of({ 'h1/bias': 0, 'h2/bias': null, ...rest }), ...block).where).toBe('h2');
      const zero = weightedLayers(given).filter(({ path }) => path !== 'out');
      const window = newest(given, { 'h2/bias': undefined }).steps;
      expect(explainBlock(given, { window, zero, live: [], since: 0 }).where).toBe('h2');
    });

    test('and where all get some, the deepest of them', () => {
      const alive = { 'h1/bias': 1, 'h2/bias': 1, 'h3/bias': 1, 'h4/bias': 1 };

      expect(explain(of(alive), ...block).where).toBe('h4');
    });

    test('by the newest record', () => {
      const still = of({ 'h1/bias': 0, 'h2/bias': 0, 'h3/bias': 0, 'h4/bias': 0 });
      const woken = newest(still, { 'h4/bias': { gradient: stats(1) } });

      expect(explain(woken, ...block).where).toBe('h3');
    });

    test('without a model the first', () => {
      expect(explain({ ...of({}), model: null }, ...block).where).toBe('h1');
    });
  });

  describe('finds what underflows in the layer behind', () => {
    const small = (min: number, max: number) => ({ ...stats(1e-40), min, max });
    const behind = (gradient: Gradient) =>
      explain(run({ 'h1/kernel': 0, 'h2/kernel': 0, 'out/kernel': gradient }), 'h1', 'h2');

    test('by its largest element of either sign', () => {
      expect(behind(small(-1e-40, 1e-41))).toMatchObject({
        because: 'vanishing-gradient',
        why: 'out still gets at most 1.0e-40, and below 1e-45 a float32 is 0',
      });
      expect(behind(small(-1e-41, 1e-40)).why).toContain('at most 1.0e-40');
    });

    test('below 1e-30, and above 0', () => {
      expect(behind(small(-9e-31, 0)).because).toBe('vanishing-gradient');
      expect(behind(small(0, 1e-30)).because).toBeUndefined();
      expect(behind(small(0, 0)).because).toBeUndefined();
      expect(behind(null).because).toBeUndefined();
    });

    test('over all of its weight matrices in the newest record', () => {
      const two = (recurrent: Gradient) =>
        run({ 'h1/kernel': 0, 'h2/kernel': 0, 'out/kernel': 1e-40, 'out/recurrent_kernel': recurrent });
      const given = two(1);

      expect(explain(given, 'h1', 'h2').because).toBeUndefined();
      expect(explain(two(1e-41), 'h1', 'h2').why).toContain('at most 5.0e-41'); // norm 1e-40 over 4 elements
      const [zero, live] = [weightedLayers(given).slice(0, 2), weightedLayers(given).slice(2)];
      const window = newest(given, { 'out/recurrent_kernel': undefined }).steps;
      expect(explainBlock(given, { window, zero, live, since: 0 }).because).toBe('vanishing-gradient');
    });

    test('not in layers before it or beside it', () => {
      const facts = chain([
        { path: 'h1' },
        { path: 'h2' },
        { path: 'h3', depth: 1 },
        { path: 'out', depth: 2 },
      ]);
      const forked = (gradients: Record<string, Gradient>) =>
        run({ 'h1/kernel': 1, 'h2/kernel': 1, 'h3/kernel': 0, 'out/kernel': 1, ...gradients }, facts);

      expect(explain(forked({ 'h1/kernel': 1e-40, 'h2/kernel': 1e-40 }), 'h3').because).toBeUndefined();
      expect(explain(forked({ 'out/kernel': 1e-40 }), 'h3').because).toBe('vanishing-gradient');
    });
  });

  test('finds weights that are 0, all of them', () => {
    const two = { 'h1/kernel': 0, 'h1/recurrent_kernel': 0, 'h2/kernel': 1, 'out/kernel': 1 };
    const norms = (kernel: number, recurrent: number) =>
      explain(
        newest(run(two), {
          'h1/kernel': { weightNorm: kernel },
          'h1/recurrent_kernel': { weightNorm: recurrent },
        }),
        'h1',
      ).why;

    expect(norms(0, 0)).toBe('all weights of h1 are 0');
    expect(norms(0, 1)).not.toContain('weights of');
    expect(norms(1, 0)).not.toContain('weights of');
  });

  test('tells the share of dead units where it is known and not all of them', () => {
    const share = (deadShare?: number) => {
      const given = run(zeros, model('relu'));
      const layers = { h1: { output: stats(1), outputGradient: null, ...(deadShare && { deadShare }) } };
      const steps = given.steps.map((record) => ({ ...record, layers }));
      return explain({ ...given, steps }, 'h1', 'h2').why;
    };

    expect(share(0.96)).toContain('dead: 96 % of its units');
    expect(share(1)).toContain('dead: all its units');
    expect(share()).toContain('dead: all its units');
  });
});

describe('explainOutput', () => {
  const explained = (facts: ModelFacts | null, loss: (step: number) => number | null = () => 1) => {
    const given = history({ steps: 12, model: facts, loss, gradients: () => ({ 'out/kernel': 0 }) });
    const zero = weightedLayers(given);
    return explainOutput(given, { window: given.steps.slice(-3), zero, live: [], since: 0 });
  };
  const nothing = { why: 'no gradient leaves the loss', severity: 'error', remedies: [] };

  test.each([
    ['relu', 'every output is cut to 0 by relu'],
    ['relu6', 'every output is cut to 0 by relu6'],
    ['prelu', 'no gradient leaves the loss'],
    ['leakyRelu', 'no gradient leaves the loss'],
    ['linear', 'no gradient leaves the loss'],
  ])('with %s at the output: %s', (activation, why) => {
    const facts = chain([{ path: 'h' }, { path: 'out', activation }], 'meanSquaredError');

    expect(explained(facts)).toMatchObject({ where: 'out', why: expect.stringContaining(why) });
  });

  test('without a model it is the model, and without an activation the output', () => {
    expect(explained(null)).toEqual({ ...nothing, where: 'model' });
    expect(explained(chain([{ path: 'h' }, { path: 'out' }]))).toEqual({ ...nothing, where: 'out' });
  });

  test('a cross-entropy is cut off where the newest losses are above 0', () => {
    const facts = chain([{ path: 'h' }, { path: 'out', activation: 'softmax' }], 'categoricalCrossentropy');

    expect(explained(facts, (step) => (step < 9 ? 1 : 4)).why).toContain('(loss 4)');
    expect(explained(facts, (step) => (step < 9 ? 1 : 0))).toEqual({ ...nothing, where: 'out' });
    expect(explained(facts, () => null)).toEqual({ ...nothing, where: 'out' });
  });
});
