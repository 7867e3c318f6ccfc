import * as tfl from '@tensorflow/tfjs-layers';
import { layers } from 'gradient-health';

/** A layer of this library, made with options that are not its defaults where it has any. */
export interface Row {
  readonly title: string;
  make(options?: { name?: string; inputShape?: number[] }): tfl.layers.Layer;
  /** As it stands in a saved model. */
  readonly className: string;
  /** Whether tfjs reads a saved model with it where nobody has heard of this library. */
  readonly plain: boolean;
  /** Of a sample, 8 elements in all. */
  readonly shape?: number[];
}

const kernel = (seed: number) => tfl.initializers.heUniform({ seed });

/** Those that act on each element alone. */
export const activationRows: readonly Row[] = [
  {
    title: 'leakyRelu',
    make: (options) => layers.leakyRelu({ slope: 0.1, ...options }),
    className: 'LeakyReLU',
    plain: true,
  },
  { title: 'silu', make: layers.silu, className: 'Activation', plain: true },
  { title: 'elu', make: layers.elu, className: 'ELU', plain: true },
  {
    title: 'elu of alpha 2',
    make: (options) => layers.elu({ alpha: 2, ...options }),
    className: 'GradientHealthElu',
    plain: false,
  },
  { title: 'celu', make: layers.celu, className: 'ELU', plain: true },
  {
    title: 'celu of alpha 2',
    make: (options) => layers.celu({ alpha: 2, ...options }),
    className: 'GradientHealthCelu',
    plain: false,
  },
  { title: 'hardTanh', make: layers.hardTanh, className: 'GradientHealthHardTanh', plain: false },
  { title: 'hardSigmoid', make: layers.hardSigmoid, className: 'GradientHealthHardSigmoid', plain: false },
  { title: 'hardSwish', make: layers.hardSwish, className: 'GradientHealthHardSwish', plain: false },
  {
    title: 'softshrink',
    make: (options) => layers.softshrink({ lambda: 0.25, ...options }),
    className: 'GradientHealthSoftshrink',
    plain: false,
  },
];

/** Every layer. */
export const rows: readonly Row[] = [
  ...activationRows,
  {
    title: 'rmsNorm',
    make: (options) => layers.rmsNorm({ epsilon: 0.01, ...options }),
    className: 'RMSNormalization',
    plain: false,
  },
  {
    title: 'groupNorm',
    make: (options) => layers.groupNorm({ groups: 2, ...options }),
    className: 'GroupNormalization',
    plain: false,
  },
  {
    title: 'instanceNorm',
    make: (options) => layers.instanceNorm({ gammaRegularizer: 'l1l2', ...options }),
    className: 'GroupNormalization',
    plain: false,
    shape: [4, 2],
  },
  {
    title: 'residual of a layer',
    make: (options) =>
      layers.residual(tfl.layers.dense({ units: 8, activation: 'tanh', kernelInitializer: kernel(3) }), {
        scale: 0.5,
        ...options,
      }),
    className: 'GradientHealthResidual',
    plain: false,
  },
  {
    title: 'residual of a Sequential model with a learnt scale',
    make: (options) =>
      layers.residual(
        tfl.sequential({
          layers: [
            tfl.layers.dense({ units: 4, inputShape: [8], kernelInitializer: kernel(4) }),
            layers.hardSwish(),
            tfl.layers.dense({ units: 8, kernelInitializer: kernel(5) }),
            layers.rmsNorm(),
          ],
        }),
        { scale: 0.25, learnScale: true, ...options },
      ),
    className: 'GradientHealthResidual',
    plain: false,
  },
];

/** A model around a layer, the same whenever it is built. */
export function modelOf({ make, shape }: Row): tfl.Sequential {
  return tfl.sequential({
    layers: [
      tfl.layers.dense({ units: 8, inputShape: [4], kernelInitializer: kernel(1) }),
      ...(shape ? [tfl.layers.reshape({ targetShape: shape }), make(), tfl.layers.flatten()] : [make()]),
      tfl.layers.dense({ units: 1, kernelInitializer: kernel(2) }),
    ],
  });
}
