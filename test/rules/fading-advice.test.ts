import { describe, expect, test } from 'vitest';
import type { LayerFacts } from '../../src/record/run.js';
import {
  fadingCause,
  fadingRemedies,
  hiddenLayers,
  initializerRemedies,
  isRecurrent,
} from '../../src/rules/fading-advice.js';
import { chain } from './histories.js';

const xavier = 'VarianceScaling(1, fanAvg, uniform)';
const he = 'VarianceScaling(2, fanIn, uniform)';
const small = 'RandomNormal(0, 0.01)';

/** Layers `l0`, `l1`, ..., of an activation and an initialiser each, and an output behind them. */
const modelOf = (layers: readonly Partial<LayerFacts>[]) =>
  chain([...layers.map((layer, i) => ({ ...layer, path: `l${i}` })), { path: 'out' }]);
const layersOf = (...layers: readonly Partial<LayerFacts>[]) => modelOf(layers).layers.slice(0, -1);
const of = (activation: string, kernel?: string): Partial<LayerFacts> => ({
  activation,
  ...(kernel !== undefined && { initializers: { kernel } }),
});

describe('hiddenLayers', () => {
  test('are all but the outputs, from a depth on', () => {
    const model = modelOf([{}, {}, {}]);
    expect(hiddenLayers(model, 1).map(({ path }) => path)).toEqual(['l1', 'l2']);
    expect(hiddenLayers(model, 0)).toHaveLength(3);
    expect(hiddenLayers(null, 0)).toEqual([]);
  });
});

describe('fadingCause', () => {
  test.each([
    ['one sigmoid', [of('sigmoid')], 'the sigmoid layer scales the gradient by at most 0.25'],
    [
      'two sigmoids',
      [of('sigmoid'), of('sigmoid')],
      '2 sigmoid layers each scale the gradient by at most 0.25',
    ],
    ['one hardSigmoid', [of('hardSigmoid')], 'the hardSigmoid layer scales the gradient by at most 0.2'],
    ['one tanh', [of('tanh')], '1 tanh layer shrinks the gradient wherever saturated'],
    ['two tanh', [of('tanh'), of('tanh')], '2 tanh layers shrink the gradient wherever saturated'],
    ['one softsign', [of('softsign')], '1 softsign layer shrinks the gradient wherever saturated'],
    ['small weights', [of('linear', small)], `${small} weights shrink the gradient`],
    [
      'small weights behind sigmoid',
      [of('sigmoid', small)],
      `the sigmoid layer scales the gradient by at most 0.25, and ${small} weights shrink it further`,
    ],
    [
      'weights of tanh before relu',
      [of('relu', xavier)],
      `${xavier} weights do not make up for what relu cuts away`,
    ],
    [
      'weights of sigmoid and relu',
      [of('sigmoid', xavier), of('relu', xavier)],
      `the sigmoid layer scales the gradient by at most 0.25, and ${xavier} weights do not make up for what relu cuts away`,
    ],
    [
      'the first of two such weights',
      [of('relu', he), of('elu', xavier), of('relu', small)],
      `${xavier} weights do not make up for what elu cuts away`,
    ],
  ])('of %s', (_what, layers, cause) => {
    expect(fadingCause(layersOf(...layers))).toBe(cause);
  });

  test('sigmoids are told before tanh, whatever their order', () => {
    expect(fadingCause(layersOf(of('tanh'), of('sigmoid')))).toBe(
      'the sigmoid layer scales the gradient by at most 0.25',
    );
  });

  test.each([
    ['no layers', []],
    ['no facts', [{}]],
    ['relu with weights that fit', [of('relu', he)]],
    ['relu whose initialiser is not known', [of('relu')]],
    ['linear layers with weights too large', [of('linear', 'Orthogonal(3)')]],
    ['recurrent layers', [{ ...of('linear', small), className: 'LSTM' }]],
  ])('is not told by %s', (_what, layers) => {
    expect(fadingCause(layersOf(...layers))).toBeUndefined();
  });
});

describe('fadingRemedies', () => {
  const told = (layers: readonly Partial<LayerFacts>[], model = modelOf(layers)) =>
    fadingRemedies(layersOf(...layers), model).map(({ kind, to, layers }) => `${kind} ${to} ${layers}`);

  test.each(['sigmoid', 'hardSigmoid'])(
    'replace %s, and tanh and softsign beside it, with weights for relu',
    (shrinking) => {
      expect(told([of(shrinking, xavier), of('tanh', xavier), of('softsign', xavier)])).toEqual([
        'activation relu l0,l1,l2',
        'initializer heNormal l0,l1,l2',
        'normalization batchNormalization l0,l1,l2',
      ]);
    },
  );

  test.each(['tanh', 'softsign'])('put weights of the right size before relu instead of %s', (saturating) => {
    expect(told([of(saturating, small)])).toEqual([
      'initializer xavierUniform l0',
      'activation relu l0',
      'normalization batchNormalization l0',
    ]);
  });

  test('have initialisers for layers that keep their activation', () => {
    expect(told([of('sigmoid', small), of('relu', small), {}])).toEqual([
      'activation relu l0',
      'initializer heNormal l0',
      'initializer heNormal l1',
      'normalization batchNormalization l0,l1',
    ]);
  });

  test('leave out normalisation where one layer of the model normalises', () => {
    const layers = [of('relu', he)];
    expect(told(layers)).toEqual(['normalization batchNormalization l0']);
    expect(told(layers, modelOf([...layers, { className: 'LayerNormalization' }]))).toEqual([]);
    expect(fadingRemedies(layersOf(...layers), null)).toMatchObject([{ kind: 'normalization' }]);
  });

  test('lead around ten layers, those without weights aside, and not around nine', () => {
    const layers = (n: number) => [...Array.from({ length: n - 1 }, () => of('relu', he)), of('relu')];
    const paths = 'l0,l1,l2,l3,l4,l5,l6,l7,l8';
    expect(told(layers(10))).toEqual([
      `normalization batchNormalization ${paths}`,
      `residual connection ${paths}`,
    ]);
    expect(told(layers(9))).toEqual(['normalization batchNormalization l0,l1,l2,l3,l4,l5,l6,l7']);
  });

  test('leave recurrent layers alone', () => {
    expect(told([{ ...of('sigmoid', small), className: 'GRU' }])).toEqual([]);
  });
});

describe('initializerRemedies', () => {
  test('name the layers of each initialiser whose weights do not fit', () => {
    const layers = layersOf(
      of('tanh', small),
      of('relu', xavier),
      of('selu', small),
      of('relu', he),
      of('tanh', xavier),
      of('elu', 'Zeros'),
      of('relu'),
      { ...of('tanh', small), className: 'SimpleRNN' },
    );
    const reason =
      'its weights keep the variance of signals and gradients for the activation of these layers';
    expect(initializerRemedies(layers)).toEqual([
      { kind: 'initializer', layers: ['l1', 'l5'], to: 'heNormal', reason },
      { kind: 'initializer', layers: ['l2'], to: 'lecunNormal', reason },
      { kind: 'initializer', layers: ['l0'], to: 'xavierUniform', reason },
    ]);
    expect(initializerRemedies(layersOf(of('relu', he)))).toEqual([]);
  });
});

test.each([
  ['LSTM', true],
  ['GRU', true],
  ['SimpleRNN', true],
  ['RNN', true],
  ['Bidirectional', true],
  ['ConvLSTM2D', true],
  ['Dense', false],
  ['Conv1D', false],
])('%s is recurrent: %s', (className, recurrent) => {
  expect(layersOf({ className }).map(isRecurrent)).toEqual([recurrent]);
});
