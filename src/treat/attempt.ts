import type { Remedy } from '../record/finding.js';
import type { Plan } from './plan.js';
import type { RemedyContext } from './remedies/apply-remedy.js';
import type { State } from './state.js';
import type { IsHopeless, Trial } from './trial.js';

/** Tries a plan; `null` when there is no time left. */
export type Attempt = (
  plan: Plan,
  remedies: readonly Remedy[],
  isHopeless: IsHopeless,
) => Promise<Trial | null>;

/** What a search works with and what it has seen. */
export interface Search {
  readonly start: State;
  readonly context: RemedyContext;
  readonly attempt: Attempt;
  /** What was tried to the end, by {@link keyOf} its changes. */
  readonly seen: Map<string, State>;
}

/** Names changes, in whatever order. */
export function keyOf(remedies: readonly Remedy[]): string {
  return JSON.stringify(remedies.map(({ kind, layers, to }) => JSON.stringify([kind, layers, to])).sort());
}
