import { describe, expect, test } from 'vitest';
import type { LayerFacts } from '../../src/record/run.js';
import { failing } from './facts.js';
import { chain, fallingLoss } from './histories.js';
import { symmetricWeights } from './told.js';

type Layer = Partial<LayerFacts> & { readonly path: string };

// Nothing is recorded of these weights, so that their initialisers tell all.
const layer = (path: string, kernel: string, facts: Partial<LayerFacts> = {}): Layer => ({
  path,
  activation: 'tanh',
  weights: { kernel: [4, 4], bias: [4] },
  initializers: { kernel, bias: 'Zeros' },
  ...facts,
});
const same = (path: string, facts: Partial<LayerFacts> = {}) => layer(path, 'Constant(0.1)', facts);
const random = (path: string, facts: Partial<LayerFacts> = {}) => layer(path, 'RandomNormal(0, 1)', facts);
const zeros = (path: string, facts: Partial<LayerFacts> = {}) => layer(path, 'Zeros', facts);

const check = (layers: readonly Layer[], parts = {}) =>
  symmetricWeights().check(
    failing({ gradients: () => ({}), model: chain(layers, 'binaryCrossentropy'), ...parts }),
  );

describe('symmetricWeights', () => {
  test('says so of one layer, without counting others', () => {
    expect(check([same('h1'), same('out')])).toMatchObject([{ where: 'h1', evidence: { layers: 1 } }]);
  });

  test('two units can be the same, and one cannot', () => {
    const units = (n: number) => ({ weights: { kernel: [3, 5, n], bias: [n] } });
    expect(check([same('h1', units(2)), same('out')])).toMatchObject([{ evidence: { units: 2 } }]);
    expect(check([same('h1', units(1)), same('out')])).toEqual([]);
  });

  test('an output layer may well start with equal weights', () => {
    expect(check([random('h1'), zeros('out', { activation: 'relu' })])).toEqual([]);
    expect(check([same('h1', { isOutput: true }), same('out')])).toEqual([]);
  });

  test('every layer that reads them must have equal weights too', () => {
    const fork = (left: Layer, right: Layer) =>
      check([same('h1'), { ...left, inbound: ['h1'] }, { ...right, inbound: ['h1'] }]);
    expect(fork(same('l', { isOutput: true }), same('r'))).toMatchObject([{ where: 'h1' }]);
    expect(fork(same('l', { isOutput: true }), random('r'))).toEqual([]);
    expect(fork(random('l', { isOutput: true }), same('r'))).toEqual([]);
  });

  test('units that no weights read are not judged', () => {
    expect(check([same('h1'), { path: 'out', className: 'Activation' }])).toEqual([]);
  });

  describe('weights of 0 below random ones', () => {
    test.each(['relu', 'relu6', 'thresholdedRelu'])('let nothing pass %s', (activation) => {
      expect(check([zeros('h1', { activation }), random('out')])).toMatchObject([{ where: 'h1' }]);
    });

    test.each(['tanh', 'prelu', 'relu2', undefined])('come apart behind %s', (activation) => {
      const { activation: _, ...facts } = zeros('h1');
      expect(check([activation === undefined ? facts : { ...facts, activation }, random('out')])).toEqual([]);
    });

    test('are told as units that are the same behind others, if weights above are equal too', () => {
      expect(check([zeros('h1', { activation: 'prelu' }), same('out')])).toMatchObject([
        { message: expect.stringContaining('4 units compute the same') },
      ]);
    });

    test.each(['Ones', 'NonZeros', 'ZerosAndOnes'])('are left alone with biases of %s', (bias) => {
      const facts = { activation: 'relu', initializers: { kernel: 'Zeros', bias } };
      expect(check([zeros('h1', facts), random('out')])).toEqual([]);
    });

    test('are found without biases', () => {
      const facts = { activation: 'relu', initializers: { kernel: 'Zeros' } };
      expect(check([zeros('h1', facts), random('out')])).toHaveLength(1);
    });

    test('are not meant where weights are of another number', () => {
      expect(check([same('h1', { activation: 'relu' }), random('out')])).toEqual([]);
    });
  });

  describe('where training succeeds', () => {
    const success = { steps: 60, loss: fallingLoss };

    test.each(['Dropout', 'SpatialDropout1D', 'GaussianNoise'])('%s has told units apart', (className) => {
      const layers = [same('h1'), { path: 'noise', className }, same('out')];
      expect(check(layers, success)).toEqual([]);
      expect(check(layers)).toHaveLength(1);
    });

    test('units are the same for ever without dropout', () => {
      expect(check([same('h1'), same('out')], success)).toHaveLength(1);
    });
  });
});
