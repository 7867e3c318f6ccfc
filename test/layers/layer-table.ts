import * as tfl from '@tensorflow/tfjs-layers';
import { layers } from 'gradient-health';

/** Every layer of this library, made with options that are not its defaults where it has any. */
export interface Row {
  readonly title: string;
  make(options?: { name?: string; inputShape?: number[] }): tfl.layers.Layer;
  /** As it stands in a saved model. */
  readonly className: string;
  /** Whether tfjs reads a saved model with it where nobody has heard of this library. */
  readonly plain: boolean;
}

export const rows: readonly Row[] = [
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

/** A model around a layer, the same whenever it is built. */
export function modelOf({ make }: Row): tfl.Sequential {
  const kernel = (seed: number) => tfl.initializers.heUniform({ seed });
  return tfl.sequential({
    layers: [
      tfl.layers.dense({ units: 8, inputShape: [4], kernelInitializer: kernel(1) }),
      make(),
      tfl.layers.dense({ units: 1, kernelInitializer: kernel(2) }),
    ],
  });
}
