import { readFileSync } from 'node:fs';
import type { theory } from 'gradient-health';

/** What numpy and torch compute: see make_theory.py. */
interface Golden {
  readonly grid: readonly number[];
  readonly activations: Readonly<
    Record<
      string,
      {
        readonly values: readonly number[];
        readonly slopes: readonly number[];
        readonly mean: number;
        readonly meanSquare: number;
        readonly slopeMeanSquare: number;
      }
    >
  >;
  readonly meanField: readonly {
    readonly activation: theory.ActivationName;
    readonly weightVariance: number;
    readonly biasVariance: number;
    readonly fixedPoint: number;
    readonly chi: number;
    readonly correlation: number;
  }[];
  readonly criticalByBias: readonly CriticalRow[];
  readonly criticalByFixedPoint: readonly CriticalRow[];
}

interface CriticalRow {
  readonly activation: theory.ActivationName;
  readonly fixedPoint: number;
  readonly weightVariance: number;
  readonly biasVariance: number;
}

export const golden: Golden = JSON.parse(
  readFileSync(new URL('../golden/theory.json', import.meta.url), 'utf8'),
);
