import { type ActivationProfile, profile } from '../activation-profile.js';
import { erf } from '../erf.js';

/** Largest at 0 and falling to 0 on both sides. */
const bell = (max: number) =>
  ({
    min: 0,
    minAt: [
      [-Infinity, -Infinity],
      [Infinity, Infinity],
    ],
    max,
    maxAt: [[0, 0]],
  }) as const;

/** Activations that are bounded and odd. */
export const tanhFamily: Readonly<
  Record<'tanh' | 'hardTanh' | 'softsign' | 'arctan' | 'erf', ActivationProfile>
> = {
  tanh: profile({
    name: 'tanh',
    family: 'tanh',
    formula: 'tanh(x)',
    f: Math.tanh,
    derivative: (x) => 1 / Math.cosh(x) ** 2,
    kinks: [],
    slopeRange: bell(1),
    saturation: { below: -2.993223, above: 2.993223 },
    deadRegion: [],
    zeroCentred: true,
    cost: 1,
    whenToChoose:
      'States of recurrent layers, outputs from -1 to 1, shallow nets. Needs Xavier initialisation.',
    whenNot:
      'Deep nets without normalisation or residual connections: its slope is below 1 but at 0. In float32 the slope that tfjs computes is exactly 0 from about 9.',
    tfjs: { activation: 'tanh' },
  }),
  hardTanh: profile({
    name: 'hardTanh',
    family: 'tanh',
    formula: 'min(max(x, -1), 1)',
    f: (x) => Math.min(Math.max(x, -1), 1),
    derivative: (x) => (Math.abs(x) <= 1 ? 1 : 0),
    kinks: [-1, 1],
    slopeRange: {
      min: 0,
      minAt: [
        [-Infinity, -1],
        [1, Infinity],
      ],
      max: 1,
      maxAt: [[-1, 1]],
    },
    saturation: { below: -1, above: 1 },
    deadRegion: [
      [-Infinity, -1],
      [1, Infinity],
    ],
    zeroCentred: true,
    cost: 0,
    whenToChoose: 'As tanh, where exponentials are dear: the identity between its bounds.',
    whenNot: 'Large inputs: a third of standard normal ones get no gradient.',
    tfjs: {},
  }),
  softsign: profile({
    name: 'softsign',
    family: 'tanh',
    formula: 'x / (1 + |x|)',
    f: (x) => x / (1 + Math.abs(x)),
    derivative: (x) => 1 / (1 + Math.abs(x)) ** 2,
    kinks: [],
    slopeRange: bell(1),
    saturation: { below: -9, above: 9 },
    deadRegion: [],
    zeroCentred: true,
    cost: 0,
    whenToChoose: 'As tanh, with tails that fall as 1 / x^2: it saturates at 9, not at 3.',
    whenNot: 'Where the initialisation is that of tanh: its gain is 2.34 against 1.59.',
    tfjs: { activation: 'softsign' },
  }),
  arctan: profile({
    name: 'arctan',
    family: 'tanh',
    formula: 'arctan(x)',
    f: Math.atan,
    derivative: (x) => 1 / (1 + x * x),
    kinks: [],
    slopeRange: bell(1),
    saturation: { below: -9.949874, above: 9.949874 },
    deadRegion: [],
    zeroCentred: true,
    cost: 1,
    whenToChoose: 'As tanh, with tails that fall as 1 / x^2 and a range from -pi/2 to pi/2.',
    whenNot: 'Outputs that must stay within -1 and 1.',
    tfjs: {},
  }),
  erf: profile({
    name: 'erf',
    family: 'tanh',
    formula: 'erf(x)',
    f: erf,
    derivative: (x) => (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x),
    kinks: [],
    slopeRange: bell(1.1283791670955126),
    saturation: { below: -2.173926, above: 2.173926 },
    deadRegion: [],
    zeroCentred: true,
    cost: 1,
    whenToChoose: 'Theory: its mean-field integrals have closed forms.',
    whenNot: 'Practice: it saturates sooner than tanh, at 2.2, and costs more.',
    tfjs: {},
  }),
};
