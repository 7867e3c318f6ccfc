import { describe, expect, test } from 'vitest';
import { outputFault } from '../../src/rules/output-fault.js';
import { chain, type Gradient, history, stats } from './histories.js';
import { fault, target } from './outputs.js';

describe('outputFault', () => {
  test('knows none without a model', () => {
    expect(outputFault(history({ steps: 1 }))).toBeNull();
  });

  test('never works with one unit that is always 1', () => {
    expect(fault('softmax', 'meanSquaredError', 1)).toMatchObject({ works: 'never', where: 'out' });
    expect(fault('softmax', 'binaryCrossentropy', 1)?.works).toBe('never');
    expect(fault('hardSigmoid', 'categoricalCrossentropy', 1)?.works).toBe('never');
    expect(fault('sigmoid', 'binaryCrossentropy', 1)).toBeNull();
  });

  test('advises a sigmoid in place of a softmax of one unit, unless the targets are other numbers', () => {
    const to = (loss: string, min: number, max: number) =>
      fault('softmax', loss, 1, target(min, max))?.remedy.to;
    expect(fault('softmax', 'meanSquaredError', 1)?.remedy.to).toBe('sigmoid');
    expect(to('meanSquaredError', 0, 1)).toBe('sigmoid');
    expect(to('meanSquaredError', 0, 2)).toBe('linear');
    expect(to('meanSquaredError', -1, 1)).toBe('linear');
    expect(to('binaryCrossentropy', -1, 1)).toBe('sigmoid');
  });

  test.each(['softmax', 'sigmoid', 'linear', ''])(
    'never works with %j of one unit whose loss has a softmax of its own',
    (activation) => {
      for (const loss of ['softmaxCrossEntropy', 'categoricalCrossentropyFromLogits']) {
        expect(fault(activation, loss, 1)).toMatchObject({
          works: 'never',
          why: 'softmax cross-entropy over the one unit of the output is always 0, whatever the weights',
          remedy: {
            kind: 'loss',
            to: 'binaryCrossentropy',
            reason: 'it takes the one output, from a sigmoid, as the probability of one of two classes',
          },
        });
      }
    },
  );

  test('advises a softmax of one unit a linear output where the loss has a sigmoid of its own', () => {
    expect(fault('softmax', 'sigmoidCrossEntropy', 1)).toMatchObject({
      works: 'never',
      remedy: { to: 'linear', reason: 'the loss expects logits' },
    });
    expect(fault('linear', 'sigmoidCrossEntropy', 1)).toBeNull();
  });

  test('advises one unit of a categorical loss a sigmoid, and several a softmax', () => {
    expect(fault('tanh', 'categoricalCrossentropy', 1)?.remedy).toMatchObject({
      kind: 'output',
      to: 'sigmoid',
    });
    expect(fault('tanh', 'categoricalCrossentropy', 2)?.remedy.to).toBe('softmax');
    expect(fault('tanh', 'binaryCrossentropy', 2)?.remedy.to).toBe('sigmoid');
  });

  test.each(['softmax', 'sigmoid'])('works badly where the loss has its own %s', (activation) => {
    expect(fault(activation, 'softmaxCrossEntropy', 3)).toMatchObject({
      works: 'badly',
      why: `the loss applies its own ${activation} to an output that has been through one`,
      remedy: { to: 'linear' },
    });
  });

  test.each(['', 'linear', 'log_softmax', 'sigmoid2', 'hardSigmoid'])(
    'has nothing against %j where the loss expects logits',
    (activation) => {
      expect(fault(activation, 'softmaxCrossEntropy', 3)).toBeNull();
    },
  );

  test.each(['sigmoid', 'hardSigmoid', 'softmax', ''])(
    'has nothing against %j where the loss expects probabilities of two units',
    (activation) => {
      const loss = activation === 'softmax' ? 'categoricalCrossentropy' : 'binaryCrossentropy';
      expect(fault(activation, loss, 2)).toBeNull();
    },
  );

  test.each(['log_softmax', 'sigmoid2', 'linear', 'leakyrelu'])(
    'finds no probabilities in %s',
    (activation) => {
      expect(fault(activation, 'binaryCrossentropy', 2)).toMatchObject({
        works: 'badly',
        why: `${activation} at the output gives cross-entropy no probabilities`,
      });
    },
  );

  test.each(['relu', 'relu6'])('names that %s passes no gradient at 0', (activation) => {
    expect(fault(activation, 'binaryCrossentropy', 1)?.why).toMatch(
      /, and passes no gradient where it is 0$/,
    );
  });
});

describe('outputFault of two activations', () => {
  const twice = (inner: string, activation: string) =>
    outputFault(
      history({
        steps: 1,
        model: chain(
          [
            { path: 'dense', activation: inner, weights: { kernel: [8, 3] } },
            { path: 'top', className: 'Activation', activation },
          ],
          activation === 'sigmoid' ? 'binaryCrossentropy' : 'categoricalCrossentropy',
        ),
      }),
    );

  test('works badly where both give probabilities', () => {
    for (const [inner, activation, effect] of [
      ['sigmoid', 'softmax', 'no class can get much more than the others'],
      ['hardSigmoid', 'sigmoid', 'no output can be near 0 or 1'],
    ] as const) {
      expect(twice(inner, activation)).toMatchObject({
        where: 'top',
        works: 'badly',
        why: `${activation} is applied to what has been through ${inner} in dense, so that ${effect}`,
        remedy: { to: 'linear', reason: `one ${activation} is enough: leave the other layer linear` },
      });
    }
  });

  test('has nothing against a softmax of what gives none', () => {
    expect(twice('relu', 'softmax')).toBeNull();
    expect(twice('log_softmax', 'softmax')).toBeNull();
  });
});

describe('outputFault of pairs for which there is a better one', () => {
  test.each([
    ['sigmoid', 'categoricalCrossentropy', 2, 'softmax'],
    ['hardSigmoid', 'sparseCategoricalCrossentropy', 3, 'softmax'],
    ['softmax', 'binaryCrossentropy', 2, 'categoricalCrossentropy'],
    ['softmax', 'meanAbsoluteError', 2, 'categoricalCrossentropy'],
  ])('%s into %s of %d units perhaps works, %s better', (activation, loss, units, to) => {
    expect(fault(activation, loss, units)).toMatchObject({ works: 'perhaps', remedy: { to } });
  });

  test.each([
    ['softmax', 'categoricalCrossentropy', 3],
    ['', 'categoricalCrossentropy', 3],
    ['sigmoid', 'binaryCrossentropy', 3],
    ['linear', 'meanSquaredError', 3],
    ['sigmoid', 'meanSquaredError', 3],
    ['softmax', 'lossOfMyOwn', 3],
    ['sigmoid', 'categoricalCrossentropy', 0],
    ['softmax', 'binaryCrossentropy', 0],
    ['softmax', 'meanSquaredError', 0],
  ])('has nothing against %j into %s of %d units', (activation, loss, units) => {
    expect(fault(activation, loss, units)).toBeNull();
  });
});

describe('outputFault without shapes', () => {
  const bySteps = (...steps: Readonly<Record<string, Gradient>>[]) =>
    outputFault(
      history({
        steps: steps.length,
        model: chain([{ path: 'h' }, { path: 'out', activation: 'softmax' }], 'categoricalCrossentropy'),
        gradients: (step) => steps[step]!,
      }),
    );

  test('counts units by the bias of the output, in the newest record', () => {
    expect(bySteps({ 'h/bias': stats(1, 8), 'out/bias': stats(1, 1) })?.works).toBe('never');
    expect(bySteps({ 'h/bias': stats(1, 1), 'out/bias': stats(1, 8) })).toBeNull();
    const older = { 'out/bias': stats(1, 3) };
    expect(bySteps(older, older, { 'out/bias': stats(1, 1) })?.works).toBe('never');
  });

  test('knows none without a bias, a gradient of it, or a record', () => {
    expect(bySteps({ 'out/kernel': stats(1, 1) })).toBeNull();
    expect(bySteps({ 'h/bias': stats(1, 1) })).toBeNull();
    expect(bySteps({ 'out/bias': null })).toBeNull();
    expect(bySteps()).toBeNull();
  });
});
