import { type ActivationProfile, profile } from '../activation-profile.js';
import { normalCdf } from '../erf.js';
import { normalDensity } from '../expectation.js';
import { sigmoid } from '../sigmoid.js';

const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** sqrt(2 / pi) (x + 0.044715 x^3), of which tanh stands in for the normal distribution function. */
const cubic = (x: number): number => Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3);
const cubicSlope = (x: number): number => Math.sqrt(2 / Math.PI) * (1 + 3 * 0.044715 * x * x);

/** x sigmoid(a x). */
const gated = (a: number) => ({
  f: (x: number): number => x * sigmoid(a * x),
  derivative: (x: number): number => sigmoid(a * x) * (1 + a * x * sigmoid(-a * x)),
  kinks: [],
  deadRegion: [],
  zeroCentred: false,
});

/** Softened ReLUs and their piecewise stand-ins. */
export const smoothFamily: Readonly<
  Record<
    | 'gelu'
    | 'geluTanh'
    | 'quickGelu'
    | 'silu'
    | 'mish'
    | 'hardSwish'
    | 'hardMish'
    | 'softplus'
    | 'squareplus'
    | 'sparsePlus'
    | 'logSigmoid',
    ActivationProfile
  >
> = {
  gelu: profile({
    name: 'gelu',
    family: 'smooth',
    formula: 'x (1 + erf(x / sqrt(2))) / 2',
    f: (x) => x * normalCdf(x),
    derivative: (x) => normalCdf(x) + x * normalDensity(x),
    kinks: [],
    slopeRange: {
      min: -0.1289041452,
      minAt: [[-Math.SQRT2, -Math.SQRT2]],
      max: 1.1289041452,
      maxAt: [[Math.SQRT2, Math.SQRT2]],
    },
    saturation: { below: -3.067427 },
    deadRegion: [],
    zeroCentred: false,
    cost: 1,
    whenToChoose: 'Transformers, and deep nets where a smooth slope is worth an error function.',
    whenNot: 'Small nets on slow devices: a ReLU does as well for less.',
    tfjs: { activation: 'gelu' },
  }),
  geluTanh: profile({
    name: 'geluTanh',
    family: 'smooth',
    formula: 'x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2',
    f: (x) => x * sigmoid(2 * cubic(x)),
    derivative: (x) => {
      const u = cubic(x);
      return sigmoid(2 * u) + 2 * x * sigmoid(2 * u) * sigmoid(-2 * u) * cubicSlope(x);
    },
    kinks: [],
    slopeRange: {
      min: -0.1289930687,
      minAt: [[-1.418504, -1.418504]],
      max: 1.1289930687,
      maxAt: [[1.418504, 1.418504]],
    },
    saturation: { below: -3.052855 },
    deadRegion: [],
    zeroCentred: false,
    cost: 1,
    whenToChoose: 'Models trained with the approximate GELU: GPT-2, and the default of JAX.',
    whenNot: 'Models trained with the exact one, from which it differs by up to 5e-4.',
    tfjs: { activation: 'gelu_new' },
  }),
  quickGelu: profile({
    ...gated(1.702),
    name: 'quickGelu',
    family: 'smooth',
    formula: 'x sigmoid(1.702 x)',
    slopeRange: {
      min: -0.0998393201,
      minAt: [[-1.409728, -1.409728]],
      max: 1.0998393201,
      maxAt: [[1.409728, 1.409728]],
    },
    saturation: { below: -3.678842 },
    cost: 1,
    whenToChoose: 'Models trained with it, such as CLIP.',
    whenNot: 'New models: SiLU is the same curve, stretched.',
    tfjs: {},
  }),
  silu: profile({
    ...gated(1),
    name: 'silu',
    family: 'smooth',
    formula: 'x sigmoid(x)',
    slopeRange: {
      min: -0.0998393201,
      minAt: [[-2.399357, -2.399357]],
      max: 1.0998393201,
      maxAt: [[2.399357, 2.399357]],
    },
    saturation: { below: -6.261389 },
    cost: 1,
    whenToChoose: 'Deep convolutional nets and gated feed-forward layers; also known as swish.',
    whenNot:
      'Without normalisation under He initialisation: its gain is 1.68, so signals shrink by a sixth in each layer.',
    tfjs: { activation: 'swish' },
  }),
  mish: profile({
    name: 'mish',
    family: 'smooth',
    formula: 'x tanh(log(1 + exp(x)))',
    f: (x) => x * Math.tanh(softplus(x)),
    derivative: (x) => {
      const t = Math.tanh(softplus(x));
      return t + x * (1 - t * t) * sigmoid(x);
    },
    kinks: [],
    slopeRange: {
      min: -0.1125261225,
      minAt: [[-2.256376, -2.256376]],
      max: 1.0884981613,
      maxAt: [[1.490571, 1.490571]],
    },
    saturation: { below: -6.263969 },
    deadRegion: [],
    zeroCentred: false,
    cost: 3,
    whenToChoose: 'Where SiLU does well and time is no concern.',
    whenNot:
      'Slow devices: three exponentials and the like for each element, in tfjs as many passes over the tensor.',
    tfjs: { activation: 'mish' },
  }),
  hardSwish: profile({
    name: 'hardSwish',
    family: 'smooth',
    formula: 'x min(max(x / 6 + 0.5, 0), 1)',
    f: (x) => x * Math.min(Math.max(x / 6 + 0.5, 0), 1),
    derivative: (x) => (x <= -3 ? 0 : x >= 3 ? 1 : x / 3 + 0.5),
    kinks: [-3, 3],
    slopeRange: { min: -0.5, minAt: [[-3, -3]], max: 1.5, maxAt: [[3, 3]] },
    saturation: { below: -3 },
    deadRegion: [[-Infinity, -3]],
    zeroCentred: false,
    cost: 0,
    whenToChoose: 'SiLU on small devices, as in MobileNetV3.',
    whenNot: 'Where units drift below -3, beyond which they die.',
    tfjs: {},
  }),
  hardMish: profile({
    name: 'hardMish',
    family: 'smooth',
    formula: 'x min(max(x + 2, 0), 2) / 2',
    f: (x) => (x * Math.min(Math.max(x + 2, 0), 2)) / 2,
    derivative: (x) => (x <= -2 ? 0 : Math.min(x + 1, 1)),
    kinks: [-2],
    slopeRange: { min: -1, minAt: [[-2, -2]], max: 1, maxAt: [[0, Infinity]] },
    saturation: { below: -2 },
    deadRegion: [[-Infinity, -2]],
    zeroCentred: false,
    cost: 0,
    whenToChoose: 'Mish on small devices.',
    whenNot:
      'Where units drift below -2, beyond which they die; its slope there falls to -1, where that of mish stays above -0.12.',
    tfjs: {},
  }),
  softplus: profile({
    name: 'softplus',
    family: 'smooth',
    formula: 'log(1 + exp(x))',
    f: softplus,
    derivative: sigmoid,
    kinks: [],
    slopeRange: { min: 0, minAt: [[-Infinity, -Infinity]], max: 1, maxAt: [[Infinity, Infinity]] },
    saturation: { below: -4.59512 },
    deadRegion: [],
    zeroCentred: false,
    cost: 2,
    whenToChoose: 'Outputs that must be positive: variances, rates.',
    whenNot:
      'Hidden layers: all outputs are positive, and with biases of mean 0 no variance of the weights makes a deep net of it critical.',
    tfjs: { activation: 'softplus' },
  }),
  squareplus: profile({
    name: 'squareplus',
    family: 'smooth',
    formula: '(x + sqrt(x^2 + 4)) / 2',
    // The second form does not cancel below 0.
    f: (x) => (x >= 0 ? (x + Math.sqrt(x * x + 4)) / 2 : 2 / (Math.sqrt(x * x + 4) - x)),
    derivative: (x) => (1 + x / Math.sqrt(x * x + 4)) / 2,
    kinks: [],
    slopeRange: { min: 0, minAt: [[-Infinity, -Infinity]], max: 1, maxAt: [[Infinity, Infinity]] },
    saturation: { below: -9.849371 },
    deadRegion: [],
    zeroCentred: false,
    cost: 1,
    whenToChoose: 'As softplus, without exponentials and with a longer tail.',
    whenNot: 'Hidden layers, as softplus.',
    tfjs: {},
  }),
  sparsePlus: profile({
    name: 'sparsePlus',
    family: 'smooth',
    formula: '0 for x <= -1, (x + 1)^2 / 4 up to x = 1, then x',
    f: (x) => (x <= -1 ? 0 : x >= 1 ? x : (x + 1) ** 2 / 4),
    derivative: (x) => Math.min(Math.max((x + 1) / 2, 0), 1),
    kinks: [],
    slopeRange: { min: 0, minAt: [[-Infinity, -1]], max: 1, maxAt: [[1, Infinity]] },
    saturation: { below: -0.98 },
    deadRegion: [[-Infinity, -1]],
    zeroCentred: false,
    cost: 0,
    whenToChoose: 'As softplus, exactly 0 where it is far below.',
    whenNot: 'Where units drift below -1, beyond which they die.',
    tfjs: {},
  }),
  logSigmoid: profile({
    name: 'logSigmoid',
    family: 'smooth',
    formula: '-log(1 + exp(-x))',
    f: (x) => -softplus(-x),
    derivative: (x) => sigmoid(-x),
    kinks: [],
    slopeRange: { min: 0, minAt: [[Infinity, Infinity]], max: 1, maxAt: [[-Infinity, -Infinity]] },
    saturation: { above: 4.59512 },
    deadRegion: [],
    zeroCentred: false,
    cost: 2,
    whenToChoose: 'Losses on logits: the logarithm of a probability without overflow.',
    whenNot: 'Hidden layers: all outputs are negative.',
    tfjs: {},
  }),
};
