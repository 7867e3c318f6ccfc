import { add, mul, reshape, type serialization, type Tensor } from '@tensorflow/tfjs-core';
import { type LayerVariable, layers } from '@tensorflow/tfjs-layers';
import type { Initializer } from '../init/initializer.js';
import type { AddWeight, LayerOptions, Regularizer } from './define-layer.js';

/** Options of the factor that normalisation layers train. */
export interface GammaOptions extends LayerOptions {
  /**
   * Whether a factor, gamma, is trained for each channel.
   *
   * @default true
   */
  readonly scale?: boolean;
  /**
   * Of gamma, as tfjs takes it. Zeros at the end of a residual block let it start as the identity.
   *
   * @default 'ones'
   */
  readonly gammaInitializer?: Initializer | string;
  /**
   * Of gamma, as tfjs takes it.
   *
   * @default none
   */
  readonly gammaRegularizer?: Regularizer | string;
}

/** Options of the factor and the offset that normalisation layers train. */
export interface AffineOptions extends GammaOptions {
  /**
   * Whether an offset, beta, is trained for each channel.
   *
   * @default true
   */
  readonly center?: boolean;
  /**
   * Of beta, as tfjs takes it.
   *
   * @default 'zeros'
   */
  readonly betaInitializer?: Initializer | string;
  /**
   * Of beta, as tfjs takes it.
   *
   * @default none
   */
  readonly betaRegularizer?: Regularizer | string;
}

/** gamma x + beta. */
export interface Affine {
  /** The options as saved. */
  readonly config: serialization.ConfigDict;
  build(shape: number[], addWeight: AddWeight): void;
  /** @param shape - What gamma and beta are seen as, to broadcast against x. */
  apply(x: Tensor, shape: number[]): Tensor;
}

/** What tfjs keeps in fields that it does not declare as public. */
interface Parsed {
  readonly gammaInitializer: Initializer;
  readonly betaInitializer: Initializer;
  readonly gammaRegularizer?: Regularizer;
  readonly betaRegularizer?: Regularizer;
}

/** What stands in files: of both, of gamma alone. */
const gammaKeys = ['scale', 'gammaInitializer', 'gammaRegularizer'];
const betaKeys = ['center', 'betaInitializer', 'betaRegularizer'];

/** @param gammaName - Of the weight, in files and records. */
export function affine(options: AffineOptions, gammaName = 'gamma'): Affine {
  return parse(options, gammaName, [...gammaKeys, ...betaKeys]);
}

/** gamma x. */
export function scaling(options: GammaOptions, gammaName: string): Affine {
  return parse({ ...options, center: false }, gammaName, gammaKeys);
}

function parse(options: AffineOptions, gammaName: string, keys: readonly string[]): Affine {
  const { scale = true, center = true, gammaInitializer, betaInitializer } = options;
  const { gammaRegularizer, betaRegularizer } = options;
  // tfjs keeps its readers of names and of saved objects to itself; a layer that takes the same options lends them.
  const lender = layers.layerNormalization({
    name: 'lender',
    scale,
    center,
    ...(gammaInitializer && { gammaInitializer }),
    ...(betaInitializer && { betaInitializer }),
    ...(gammaRegularizer && { gammaRegularizer }),
    ...(betaRegularizer && { betaRegularizer }),
  });
  const parsed = lender as unknown as Parsed;
  const saved = lender.getConfig();
  let gamma: LayerVariable | undefined;
  let beta: LayerVariable | undefined;
  return {
    config: Object.fromEntries(keys.map((key) => [key, saved[key] ?? null])),
    build(shape, addWeight) {
      if (scale) gamma = addWeight(gammaName, shape, parsed.gammaInitializer, parsed.gammaRegularizer);
      if (center) beta = addWeight('beta', shape, parsed.betaInitializer, parsed.betaRegularizer);
    },
    apply(x, shape) {
      const scaled = gamma ? mul(x, reshape(gamma.read(), shape)) : x;
      return beta ? add(scaled, reshape(beta.read(), shape)) : scaled;
    },
  };
}
