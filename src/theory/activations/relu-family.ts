import { type ActivationProfile, profile } from '../activation-profile.js';

const leak = (slope: number) =>
  ({
    f: (x: number): number => (x > 0 ? x : slope * x),
    derivative: (x: number): number => (x > 0 ? 1 : slope),
    kinks: [0],
    slopeRange: { min: slope, minAt: [[-Infinity, 0]], max: 1, maxAt: [[0, Infinity]] },
    saturation: {},
    deadRegion: [],
    zeroCentred: false,
    cost: 0,
  }) as const;

// The constants that make 0 and 1 the fixed point of mean and variance (arXiv 1706.02515).
const seluScale = 1.0507009873554805;
const seluAlpha = 1.6732632423543772;

/** Activations that are the identity above 0 and less of it below. */
export const reluFamily: Readonly<
  Record<
    'relu' | 'leakyRelu' | 'prelu' | 'relu6' | 'elu' | 'celu' | 'selu' | 'thresholdedRelu',
    ActivationProfile
  >
> = {
  relu: profile({
    name: 'relu',
    family: 'relu',
    formula: 'max(0, x)',
    f: (x) => Math.max(0, x),
    derivative: (x) => (x > 0 ? 1 : 0),
    kinks: [0],
    slopeRange: { min: 0, minAt: [[-Infinity, 0]], max: 1, maxAt: [[0, Infinity]] },
    saturation: { below: 0 },
    deadRegion: [[-Infinity, 0]],
    zeroCentred: false,
    cost: 0,
    whenToChoose:
      'The default of hidden layers: it costs next to nothing and its slope of 1 does not shrink gradients. Needs He initialisation.',
    whenNot:
      'Where units die: a unit whose inputs are all negative gets no gradient and stays so; lower the learning rate or choose a leaky one. Not as an output.',
    tfjs: { activation: 'relu', layer: 'layers.reLU()' },
  }),
  leakyRelu: profile({
    ...leak(0.3),
    name: 'leakyRelu',
    family: 'relu',
    formula: 'x for x > 0, else 0.3 x',
    whenToChoose: 'Where ReLU units die: the leak keeps a gradient alive below 0, at the same price.',
    whenNot:
      "Where peers are to be matched by name alone: the slope is 0.3 in tfjs's and Keras's layer, 0.2 in tf.leakyRelu, 0.01 in PyTorch and JAX.",
    tfjs: { layer: 'layers.leakyReLU()' },
  }),
  prelu: profile({
    ...leak(0.25),
    name: 'prelu',
    family: 'relu',
    formula: 'x for x > 0, else a x with a trained from 0.25',
    whenToChoose: 'Large data: the leak is learnt, in tfjs one for each unit (arXiv 1502.01852).',
    whenNot:
      'Small data, which the added weights overfit; under weight decay, which pulls them to 0. In tfjs they start at 0, as a ReLU, unless `alphaInitializer` is given.',
    tfjs: { layer: 'layers.prelu({ alphaInitializer: tf.initializers.constant({ value: 0.25 }) })' },
  }),
  relu6: profile({
    name: 'relu6',
    family: 'relu',
    formula: 'min(max(0, x), 6)',
    f: (x) => Math.min(Math.max(0, x), 6),
    // At 6 as tf.relu6 and layers.reLU have it; the string 'relu6' takes a minimum, whose slope is 0 there.
    derivative: (x) => (x > 0 && x <= 6 ? 1 : 0),
    kinks: [0, 6],
    slopeRange: {
      min: 0,
      minAt: [
        [-Infinity, 0],
        [6, Infinity],
      ],
      max: 1,
      maxAt: [[0, 6]],
    },
    saturation: { below: 0, above: 6 },
    deadRegion: [
      [-Infinity, 0],
      [6, Infinity],
    ],
    zeroCentred: false,
    cost: 0,
    whenToChoose: 'Nets to be quantised or run in 16-bit floats: the output has a known range.',
    whenNot:
      'Where a large output carries meaning: above 6 it dies as below 0. On the wasm backend it turns NaN into 0.',
    tfjs: { activation: 'relu6', layer: 'layers.reLU({ maxValue: 6 })' },
  }),
  elu: profile({
    name: 'elu',
    family: 'relu',
    formula: 'x for x > 0, else exp(x) - 1',
    f: (x) => (x > 0 ? x : Math.expm1(x)),
    derivative: (x) => (x > 0 ? 1 : Math.exp(x)),
    kinks: [],
    slopeRange: { min: 0, minAt: [[-Infinity, -Infinity]], max: 1, maxAt: [[0, Infinity]] },
    saturation: { below: -4.60517 },
    deadRegion: [],
    zeroCentred: false,
    cost: 1,
    whenToChoose:
      'Deep nets without normalisation: outputs nearer to mean 0 than of a ReLU, and no unit dies outright.',
    whenNot:
      'Where exponentials are dear. Its tail saturates: float32 slopes are exactly 0 below about -17 in tfjs.',
    tfjs: { activation: 'elu', layer: 'layers.elu()' },
  }),
  celu: profile({
    name: 'celu',
    family: 'relu',
    formula: 'x for x > 0, else 2 (exp(x / 2) - 1)',
    f: (x) => (x > 0 ? x : 2 * Math.expm1(x / 2)),
    derivative: (x) => (x > 0 ? 1 : Math.exp(x / 2)),
    kinks: [],
    slopeRange: { min: 0, minAt: [[-Infinity, -Infinity]], max: 1, maxAt: [[0, Infinity]] },
    saturation: { below: -9.21034 },
    deadRegion: [],
    zeroCentred: false,
    cost: 1,
    whenToChoose: 'As ELU, where a wider tail is wanted: its slope has no jump whatever the width, here 2.',
    whenNot: 'Where exponentials are dear.',
    tfjs: {},
  }),
  selu: profile({
    name: 'selu',
    family: 'relu',
    formula: '1.0507 x for x > 0, else 1.7581 (exp(x) - 1)',
    f: (x) => seluScale * (x > 0 ? x : seluAlpha * Math.expm1(x)),
    derivative: (x) => seluScale * (x > 0 ? 1 : seluAlpha * Math.exp(x)),
    kinks: [0],
    slopeRange: { min: 0, minAt: [[-Infinity, -Infinity]], max: 1.7580993408473766, maxAt: [[0, 0]] },
    saturation: { below: -5.169403 },
    deadRegion: [],
    zeroCentred: true,
    cost: 1,
    whenToChoose:
      'Deep dense nets without normalisation: with LeCun initialisation mean 0 and variance 1 are a fixed point (arXiv 1706.02515).',
    whenNot:
      'With He or Xavier initialisation, ordinary dropout or inputs that are not standardised: the fixed point is lost.',
    tfjs: { activation: 'selu' },
  }),
  thresholdedRelu: profile({
    name: 'thresholdedRelu',
    family: 'relu',
    formula: 'x for x > 1, else 0',
    f: (x) => (x > 1 ? x : 0),
    derivative: (x) => (x > 1 ? 1 : 0),
    kinks: [1],
    slopeRange: { min: 0, minAt: [[-Infinity, 1]], max: 1, maxAt: [[1, Infinity]] },
    saturation: { below: 1 },
    deadRegion: [[-Infinity, 1]],
    zeroCentred: false,
    cost: 0,
    whenToChoose: 'Sparse codes: only what exceeds the threshold passes, unshrunk.',
    whenNot:
      'Ordinary hidden layers: 84 % of standard normal inputs get no gradient, and the output jumps. The layer of tfjs 4.22 cannot be trained at all: it computes a mask by `greater`, which has no gradient.',
    tfjs: { layer: 'layers.thresholdedReLU()' },
  }),
};
