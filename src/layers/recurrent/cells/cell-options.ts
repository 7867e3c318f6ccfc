import type { Initializer } from '../../../init/initializer.js';
import type { Regularizer } from '../../define-layer.js';
import type { Constraint } from '../recurrent-options.js';

/** Options of every cell: those of Keras 3, and what keeps a recurrent net from learning by heart. */
export interface CellOptions {
  /** Size of each state. */
  readonly units: number;
  /**
   * Name in the model.
   *
   * @default the class and a number
   */
  readonly name?: string;
  /**
   * Whether training changes its weights.
   *
   * @default true
   */
  readonly trainable?: boolean;
  /**
   * Of candidate and memory, as tfjs spells it.
   *
   * @default 'tanh'
   */
  readonly activation?: CellActivation;
  /**
   * Of the gates, as tfjs spells it. Its hard sigmoid is clip(0.2 x + 0.5, 0, 1), which is 0 or 1 for good beyond 2.5.
   *
   * @default 'sigmoid'
   */
  readonly recurrentActivation?: CellActivation;
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
   * anew for each sequence (Gal, arXiv 1512.05287).
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
  /**
   * Share of what is about to be written into the state that is dropped while training, in [0, 1), drawn anew at each
   * time step; nothing that is remembered is lost (Semeniuta, arXiv 1603.05118).
   *
   * @default 0
   */
  readonly candidateDropout?: number;
  /**
   * Share of units that keep their state of the time step before while training, in [0, 1), drawn anew at each time step;
   * afterwards every unit keeps this share of it. One number for all states, or one for each by its name: an LSTM has
   * `hidden` and `cell` (arXiv 1606.01305, which takes 0.05 and 0.5 for text).
   *
   * @default 0
   */
  readonly zoneout?: number | Readonly<Record<string, number>>;
}

/** Functions that tfjs knows by name. */
export type CellActivation =
  | 'elu'
  | 'hardSigmoid'
  | 'linear'
  | 'relu'
  | 'relu6'
  | 'selu'
  | 'sigmoid'
  | 'softplus'
  | 'softsign'
  | 'tanh';

/** Throws for rates out of range. */
export function assertCellOptions(name: string, options: CellOptions, states: readonly string[]): void {
  const { units, dropout = 0, recurrentDropout = 0, candidateDropout = 0 } = options;
  if (!(Number.isInteger(units) && units > 0)) {
    throw new RangeError(`${name}: units must be a positive integer, got ${units}`);
  }
  const zoneout = zoneoutRates(options, states);
  const strange = Object.keys(zoneout).filter((state) => !states.includes(state));
  if (strange.length > 0) {
    throw new RangeError(
      `${name}: zoneout is of the states ${states.join(', ')}, got one of ${strange.join(', ')}`,
    );
  }
  const rates = {
    dropout,
    recurrentDropout,
    candidateDropout,
    ...Object.fromEntries(Object.entries(zoneout).map(([state, rate]) => [`zoneout of ${state}`, rate])),
  };
  for (const [key, rate] of Object.entries(rates)) {
    if (!(rate >= 0 && rate < 1)) throw new RangeError(`${name}: ${key} must be in [0, 1), got ${rate}`);
  }
}

/** By the names of states. */
export function zoneoutRates(
  { zoneout = 0 }: CellOptions,
  states: readonly string[],
): Readonly<Record<string, number>> {
  return typeof zoneout === 'number' ? Object.fromEntries(states.map((state) => [state, zoneout])) : zoneout;
}
