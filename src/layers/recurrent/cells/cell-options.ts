import type { GateOptions } from '../gate-options.js';

/** Options of every cell: those of Keras 3, and what keeps a recurrent net from learning by heart. */
export interface CellOptions extends GateOptions {
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
  { zoneout }: CellOptions,
  states: readonly string[],
): Readonly<Record<string, number>> {
  const rates = zoneout ?? 0;
  return typeof rates === 'number' ? Object.fromEntries(states.map((state) => [state, rates])) : rates;
}
