import type { constraints } from '@tensorflow/tfjs-layers';
import type { Initializer } from '../../init/initializer.js';
import type { Regularizer } from '../define-layer.js';

/** What every `kernelConstraint` and its kin of tfjs-layers accepts; tfjs does not export its name. */
export type Constraint = ReturnType<typeof constraints.nonNeg>;

/** Options that layers and cells share: of their weights, and what they drop while training. */
export interface GateOptions {
  /**
   * Whether the gates have a bias.
   *
   * @default true
   */
  readonly useBias?: boolean;
  /**
   * Of the input's weights.
   *
   * @default 'glorotUniform'
   */
  readonly kernelInitializer?: Initializer | string;
  /**
   * Of the state's weights.
   *
   * @default initializers.orthogonal()
   */
  readonly recurrentInitializer?: Initializer | string;
  /**
   * Of the bias.
   *
   * @default 'zeros'
   */
  readonly biasInitializer?: Initializer | string;
  /**
   * Of the input's weights, as tfjs takes it.
   *
   * @default none
   */
  readonly kernelRegularizer?: Regularizer | string;
  /**
   * Of the state's weights, as tfjs takes it.
   *
   * @default none
   */
  readonly recurrentRegularizer?: Regularizer | string;
  /**
   * Of the bias, as tfjs takes it.
   *
   * @default none
   */
  readonly biasRegularizer?: Regularizer | string;
  /**
   * Of the input's weights, as tfjs takes it.
   *
   * @default none
   */
  readonly kernelConstraint?: Constraint | string;
  /**
   * Of the state's weights, as tfjs takes it.
   *
   * @default none
   */
  readonly recurrentConstraint?: Constraint | string;
  /**
   * Of the bias, as tfjs takes it.
   *
   * @default none
   */
  readonly biasConstraint?: Constraint | string;
  /**
   * Share of inputs that are dropped while training, in [0, 1): one mask for each sample, the same at all time steps, drawn
   * anew for each batch; a cell draws it for each sequence (Gal, arXiv 1512.05287).
   *
   * @default 0
   */
  readonly dropout?: number;
  /**
   * The same for the state, only where the recurrent kernel multiplies it: what is carried on stays whole, so that it
   * stays bounded.
   *
   * @default 0
   */
  readonly recurrentDropout?: number;
}
