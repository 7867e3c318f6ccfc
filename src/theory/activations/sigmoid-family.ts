import { type ActivationProfile, profile } from '../activation-profile.js';
import { sigmoid } from '../sigmoid.js';

/** A ramp from 0 to 1 through (0, 1/2). */
const ramp = (slope: number) => {
  const end = 0.5 / slope;
  return {
    f: (x: number): number => Math.min(Math.max(slope * x + 0.5, 0), 1),
    // Both ends inclusive, as tf.clipByValue has it.
    derivative: (x: number): number => (Math.abs(x) <= end ? slope : 0),
    kinks: [-end, end],
    slopeRange: {
      min: 0,
      minAt: [
        [-Infinity, -end],
        [end, Infinity],
      ],
      max: slope,
      maxAt: [[-end, end]],
    },
    saturation: { below: -end, above: end },
    deadRegion: [
      [-Infinity, -end],
      [end, Infinity],
    ],
    zeroCentred: false,
    cost: 0,
  } as const;
};

/** Activations from 0 to 1. */
export const sigmoidFamily: Readonly<
  Record<'sigmoid' | 'hardSigmoid' | 'hardSigmoidKeras3' | 'sparseSigmoid', ActivationProfile>
> = {
  sigmoid: profile({
    name: 'sigmoid',
    family: 'sigmoid',
    formula: '1 / (1 + exp(-x))',
    f: sigmoid,
    derivative: (x) => sigmoid(x) * sigmoid(-x),
    kinks: [],
    slopeRange: {
      min: 0,
      minAt: [
        [-Infinity, -Infinity],
        [Infinity, Infinity],
      ],
      max: 0.25,
      maxAt: [[0, 0]],
    },
    saturation: { below: -4.584863, above: 4.584863 },
    deadRegion: [],
    zeroCentred: false,
    cost: 1,
    whenToChoose: 'Gates, and outputs that are the probability of yes or no.',
    whenNot:
      'Hidden layers: its slope is at most 1/4, so the slopes of ten layers multiply to one millionth at most, and its outputs are all positive.',
    tfjs: { activation: 'sigmoid' },
  }),
  hardSigmoid: profile({
    ...ramp(0.2),
    name: 'hardSigmoid',
    family: 'sigmoid',
    formula: 'min(max(0.2 x + 0.5, 0), 1)',
    whenToChoose:
      'Gates of recurrent layers where exponentials are dear; the default of tfjs, as of Keras before version 2.3.',
    whenNot:
      'Where gates must open or close far: beyond 2.5 no gradient passes. Weights trained by Keras 3 or PyTorch mean another ramp, of slope 1/6.',
    tfjs: { activation: 'hardSigmoid' },
  }),
  hardSigmoidKeras3: profile({
    ...ramp(1 / 6),
    name: 'hardSigmoidKeras3',
    family: 'sigmoid',
    formula: 'min(max(x / 6 + 0.5, 0), 1)',
    whenToChoose: 'Models from Keras 3, PyTorch or JAX, whose hard sigmoid it is.',
    whenNot: 'Hidden layers, as any sigmoid; gates that must open far: beyond 3 no gradient passes.',
    tfjs: {},
  }),
  sparseSigmoid: profile({
    ...ramp(0.5),
    name: 'sparseSigmoid',
    family: 'sigmoid',
    formula: 'min(max((x + 1) / 2, 0), 1)',
    whenToChoose: 'Outputs that should be exactly 0 or 1 where the case is clear.',
    whenNot: 'Hidden layers: a third of standard normal inputs get no gradient.',
    tfjs: {},
  }),
};
