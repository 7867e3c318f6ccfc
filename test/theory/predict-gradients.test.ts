import { initializers, input, layers, model as modelOf, sequential } from '@tensorflow/tfjs-layers';
import { theory } from 'gradient-health';
import { describe, expect, test } from 'vitest';
import { modelFacts } from '../../src/layout/facts.js';
import type { LayerFacts } from '../../src/record/run.js';

const { predictGradients } = theory;

const he = 'VarianceScaling(2, fanIn, uniform)';
const xavier = 'VarianceScaling(1, fanAvg, uniform)';

/** A chain of Dense layers of the width 100, with what is given for each. */
function chain(...facts: Partial<LayerFacts>[]): { layers: LayerFacts[] } {
  return {
    layers: facts.map((each, depth) => ({
      path: `dense_${depth}`,
      className: 'Dense',
      depth,
      inbound: depth === 0 ? [] : [`dense_${depth - 1}`],
      activation: 'relu',
      weights: { kernel: [100, 100], bias: [100] },
      isOutput: depth === facts.length - 1,
      ...each,
      initializers: { kernel: he, bias: 'Zeros', ...each.initializers },
    })),
  };
}

const repeat = (times: number, facts: Partial<LayerFacts>): Partial<LayerFacts>[] =>
  Array.from({ length: times }, () => facts);

const outputNorms = (model: { readonly layers: readonly LayerFacts[] }): (number | null)[] =>
  predictGradients(model).layers.map(({ outputNorm }) => outputNorm);
const gradientNorms = (model: { readonly layers: readonly LayerFacts[] }): (number | null)[] =>
  predictGradients(model).layers.map(({ gradientNorm }) => gradientNorm);

const close = (values: number[]): unknown[] => values.map((value) => expect.closeTo(value, 9));

describe('the prediction', () => {
  test('of ReLU under He keeps norms', () => {
    // Inputs of mean square 1 have the norm sqrt(100).
    expect(outputNorms(chain({}, {}, {}))).toEqual(close([10, 10, 10]));
    // The first step back, from the last pre-activation to the layer before, has no slope on its way: sqrt(2).
    expect(gradientNorms(chain({}, {}, {}))).toEqual(close([Math.SQRT2, Math.SQRT2, 1]));
  });

  test('of ReLU under Xavier halves squared norms, while the gradients of the kernels look alike', () => {
    const { layers, signal, gradient } = predictGradients(
      chain(...repeat(30, { initializers: { kernel: xavier } })),
    );
    layers.forEach(({ outputNorm, gradientNorm, kernelGradientNorm }, index) => {
      expect(outputNorm! / (10 * Math.SQRT1_2 ** (index + 1))).toBeCloseTo(1, 9);
      expect(gradientNorm! / Math.SQRT1_2 ** Math.max(0, 28 - index)).toBeCloseTo(1, 9);
      // The signal shrinks forward and the gradient backward: their product is the same at every depth.
      expect(kernelGradientNorm! / layers[0]!.kernelGradientNorm!).toBeCloseTo(1, 9);
    });
    // 2^-10 = 1 / 1024 is the first below 1 / 1000: after 20 layers, or 20 halvings behind the last two.
    expect(signal).toEqual({ path: 'dense_19', depth: 20, kind: 'vanishes' });
    expect(gradient).toEqual({ path: 'dense_8', depth: 22, kind: 'vanishes' });
  });

  test('follows the variance of tanh from layer to layer', () => {
    // Xavier, without biases: q -> E tanh(sqrt(q) z)^2.
    const { meanSquare } = theory.gain('tanh');
    const second = theory.gain((z) => Math.tanh(Math.sqrt(meanSquare) * z)).meanSquare;
    const model = chain(...repeat(2, { activation: 'tanh', initializers: { kernel: xavier } }));
    expect(outputNorms(model)).toEqual([
      expect.closeTo(10 * Math.sqrt(meanSquare), 8),
      expect.closeTo(10 * Math.sqrt(second), 8),
    ]);
  });

  test('counts fans of layers of different sizes', () => {
    // Xavier on [100, 300]: variance 2 / 400; forward x 100 / 200, backward x 100 / 200 too: |g_in|^2 = n_in var |g|^2.
    const wider = { weights: { kernel: [100, 300] }, initializers: { kernel: xavier }, activation: 'linear' };
    const narrower = {
      weights: { kernel: [300, 100] },
      initializers: { kernel: xavier },
      activation: 'linear',
    };
    const { layers } = predictGradients(chain(wider, narrower));
    // 300 units of mean square 1/2; then 300 x 2 / 400 x 1/2 = 3/4 of 100 units.
    expect(layers.map(({ outputNorm }) => outputNorm)).toEqual(close([Math.sqrt(150), Math.sqrt(75)]));
    // 300 x 2 / 400.
    expect(layers[0]!.gradientNorm).toBeCloseTo(Math.sqrt(1.5), 9);
    // |input| x |gradient at the pre-activation|.
    expect(layers[0]!.kernelGradientNorm).toBeCloseTo(10 * Math.sqrt(1.5), 9);
    expect(layers[1]!.kernelGradientNorm).toBeCloseTo(Math.sqrt(150), 9);
  });

  test('keeps what an identity kernel keeps: the second ReLU finds nothing to cut', () => {
    const identity = { initializers: { kernel: 'Identity(1)' } };
    expect(outputNorms(chain(...repeat(3, identity)))).toEqual(close(repeat(3, {}).map(() => Math.sqrt(50))));
    // On the way back too: half of the units are cut once.
    expect(gradientNorms(chain(...repeat(3, identity)))).toEqual(close([Math.SQRT1_2, 1, 1]));
    const tanh = chain(...repeat(2, { ...identity, activation: 'tanh' }));
    const twice = theory.gain((z) => Math.tanh(Math.tanh(z))).meanSquare;
    expect(outputNorms(tanh)[1]).toBeCloseTo(10 * Math.sqrt(twice), 7);
  });

  test('takes an activation in a layer of its own as one in the layer before', () => {
    const bare = { activation: 'linear', initializers: { kernel: xavier } };
    const fused = predictGradients(chain(...repeat(3, { ...bare, activation: 'tanh' })));
    const tanh = { className: 'Activation', activation: 'tanh', weights: {}, initializers: {} };
    const apart = predictGradients(chain(bare, tanh, bare, tanh, bare, tanh));
    fused.layers.forEach((layer, index) => {
      const [before, after] = [apart.layers[2 * index]!, apart.layers[2 * index + 1]!];
      expect(after.outputNorm).toBeCloseTo(layer.outputNorm!, 9);
      expect(after.gradientNorm).toBeCloseTo(layer.gradientNorm!, 9);
      expect(after.kernelGradientNorm).toBeNull();
      expect(before.kernelGradientNorm).toBeCloseTo(layer.kernelGradientNorm!, 9);
    });
  });

  test('passes reshaping layers by', () => {
    const flatten = { className: 'Flatten', weights: {}, initializers: {} };
    expect(outputNorms(chain(flatten, {}, flatten))).toEqual(close([10, 10, 10]));
  });

  test('counts biases, constant and random', () => {
    // tanh(1) of every unit, whatever the input.
    const constant = { activation: 'tanh', initializers: { kernel: 'Zeros', bias: 'Ones' } };
    expect(outputNorms(chain(constant))).toEqual([expect.closeTo(10 * Math.tanh(1), 8)]);
    // ReLU of variance 2 + 6: mean square 4.
    const random = { initializers: { kernel: he, bias: 'RandomNormal(0, 2.449489742783178)' } };
    expect(outputNorms(chain(random))).toEqual([expect.closeTo(20, 8)]);
  });

  test('starts a PReLU at what its slopes are drawn from', () => {
    const prelu = (alpha?: string): Partial<LayerFacts> => ({
      className: 'PReLU',
      weights: { alpha: [100] },
      ...(alpha !== undefined && { initializers: { alpha } }),
    });
    const linear = { activation: 'linear', initializers: { kernel: 'VarianceScaling(1, fanIn, uniform)' } };
    expect(outputNorms(chain(linear, prelu()))[1]).toBeCloseTo(10 * Math.sqrt(0.5), 8);
    // (1 + 0.25^2) / 2.
    expect(outputNorms(chain(linear, prelu('Constant(0.25)')))[1]).toBeCloseTo(10 * Math.sqrt(0.53125), 8);
  });

  test('finds where a signal explodes, and where a gradient is cut off', () => {
    const explosion = predictGradients(
      chain(...repeat(5, { initializers: { kernel: 'RandomNormal(0, 1)' } })),
    );
    // Each layer multiplies norms by sqrt(100 / 2), the last one gradients by 10.
    expect(explosion.signal).toEqual({ path: 'dense_3', depth: 4, kind: 'explodes' });
    expect(explosion.gradient).toEqual({ path: 'dense_0', depth: 5, kind: 'explodes' });
    const cut = predictGradients(chain({}, {}, { initializers: { kernel: 'Zeros' } }));
    expect(cut.gradient).toEqual({ path: 'dense_1', depth: 2, kind: 'vanishes' });
    expect(cut.layers[0]!.gradientNorm).toBe(0);
  });

  test('scales with the input, and measures signals against it', () => {
    const small = predictGradients(chain(...repeat(3, {})), { inputMeanSquare: 1e-8 });
    expect(small.layers[2]!.outputNorm! / 1e-3).toBeCloseTo(1, 9);
    expect(small.signal).toBeNull();
    expect(predictGradients(chain({}, {}), { limit: 1.1 }).gradient).toEqual({
      path: 'dense_0',
      depth: 2,
      kind: 'explodes',
    });
  });

  test('needs no activation of the last layer for gradients', () => {
    const { layers, unpredicted } = predictGradients(chain({}, { activation: 'softmax' }));
    expect(layers[1]).toMatchObject({ outputNorm: null, gradientNorm: 1 });
    expect(layers[0]!.gradientNorm).toBeCloseTo(Math.SQRT2, 9);
    expect(unpredicted).toEqual([
      { path: 'dense_1', reason: 'softmax: no element-wise activation that has a profile' },
    ]);
  });
});

describe('the prediction says plainly that it ends at', () => {
  test.each<[string, Partial<LayerFacts>, string]>([
    [
      'other layers',
      { className: 'BatchNormalization' },
      'BatchNormalization: only Dense, activation and reshaping layers are predicted',
    ],
    ['softmax within', { activation: 'softmax' }, 'softmax: no element-wise activation that has a profile'],
    ['kernels whose shape is not known', { weights: {} }, 'the shape of its kernel is not recorded'],
    [
      'kernels with a mean',
      { initializers: { kernel: 'Constant(0.1)' } },
      'a kernel of mean 0.1 gives all units the same sum: not predicted',
    ],
    [
      'initialisers that it does not know',
      { initializers: { kernel: 'Chrono(10)' } },
      'a kernel drawn by Chrono(10) is not predicted',
    ],
    [
      'biases that it does not know',
      { initializers: { bias: 'VarianceScaling(1, fanIn)' } },
      'a bias drawn by VarianceScaling(1, fanIn) is not predicted',
    ],
    ['branches', { inbound: ['dense_0', 'x'] }, 'not in a chain: branches and joints are not predicted'],
    ['outputs within', { isOutput: true }, 'an output inside the model'],
    [
      'slopes that are random',
      { className: 'PReLU', initializers: { alpha: 'RandomNormal(0, 1)' } },
      'alpha drawn by RandomNormal(0, 1) is not predicted',
    ],
  ])('%s', (_, facts, reason) => {
    const { layers, gradient, unpredicted } = predictGradients(chain({}, facts, {}));
    expect(unpredicted).toEqual([{ path: 'dense_1', reason }]);
    expect(layers.map(({ outputNorm }) => outputNorm)).toEqual([expect.closeTo(10, 9), null, null]);
    expect(layers.map(({ gradientNorm }) => gradientNorm)).toEqual([null, null, null]);
    expect(gradient).toBeNull();
  });
});

describe('the weights of a tfjs model have the predicted variance, drawn by', () => {
  const size = [300, 200] as const;
  test.each([
    ['glorotNormal', initializers.glorotNormal({ seed: 1 })],
    ['glorotUniform', initializers.glorotUniform({ seed: 1 })],
    ['heNormal', initializers.heNormal({ seed: 1 })],
    ['leCunUniform', initializers.leCunUniform({ seed: 1 })],
    [
      'varianceScaling of a truncatedNormal, which is uniform',
      initializers.varianceScaling({ scale: 3, mode: 'fanOut', distribution: 'truncatedNormal', seed: 1 }),
    ],
    ['randomNormal', initializers.randomNormal({ stddev: 0.3, seed: 1 })],
    ['truncatedNormal', initializers.truncatedNormal({ stddev: 0.3, seed: 1 })],
    ['randomUniform', initializers.randomUniform({ minval: -0.3, maxval: 0.3, seed: 1 })],
    ['zeros', initializers.zeros()],
  ])('%s', (_, kernelInitializer) => {
    const dense = layers.dense({ units: size[1], inputShape: [size[0]], useBias: false, kernelInitializer });
    const model = sequential({ layers: [dense] });
    const values = model.getWeights()[0]!.dataSync<'float32'>();
    const meanSquare = values.reduce((sum, value) => sum + value * value, 0) / values.length;
    // A linear layer makes of inputs of mean square 1 outputs of mean square fanIn x variance.
    const [norm] = outputNorms(modelFacts(model));
    // Mean squares of 60 000 draws scatter by 0.6 % at most, the normal one's.
    expect(Math.abs(norm! ** 2 / size[1] - size[0] * meanSquare)).toBeLessThanOrEqual(
      0.03 * size[0] * meanSquare,
    );
    model.dispose();
  });

  test('identity, which needs all of tfjs to be drawn', () => {
    expect(outputNorms(chain({ activation: 'linear', initializers: { kernel: 'Identity(0.5)' } }))).toEqual(
      close([5]),
    );
  });

  test('orthogonal: the shorter side is orthonormal', () => {
    const orthogonal = { activation: 'linear', initializers: { kernel: 'Orthogonal(1)' } };
    // A wider layer keeps the norm; a narrower one keeps 50 of 100 directions.
    expect(outputNorms(chain({ ...orthogonal, weights: { kernel: [100, 400] } }))).toEqual(close([10]));
    expect(outputNorms(chain({ ...orthogonal, weights: { kernel: [100, 50] } }))).toEqual(
      close([Math.sqrt(50)]),
    );
  });
});

test('a model with a joint is predicted up to it', () => {
  const start = input({ shape: [8] });
  const dense = (): layers.Layer => layers.dense({ units: 8, activation: 'relu' });
  const before = dense().apply(start) as ReturnType<typeof input>;
  const joined = layers.add().apply([before, dense().apply(before) as typeof before]) as typeof before;
  const model = modelOf({ inputs: start, outputs: dense().apply(joined) as typeof before });
  const { layers: predicted, unpredicted } = predictGradients(modelFacts(model));
  expect(predicted.map(({ outputNorm }) => outputNorm !== null)).toEqual([true, true, false, false]);
  expect(unpredicted.map(({ reason }) => reason)).toEqual([
    'not in a chain: branches and joints are not predicted',
  ]);
});

test('misuse throws, naming expectation and value', () => {
  expect(() => predictGradients(chain({}), { inputMeanSquare: 0 })).toThrow(
    new RangeError('predictGradients: inputMeanSquare must be a positive finite number, got 0'),
  );
  expect(() => predictGradients(chain({}), { limit: 1 })).toThrow(
    new RangeError('predictGradients: limit must be above 1, got 1'),
  );
});
