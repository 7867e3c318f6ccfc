import type { Program } from '../program.js';
import type { Random } from '../random.js';

/** One way to break a sound program. */
export interface Fault {
  /** As it stands in the id of a mutant. */
  readonly name: string;
  /** Ids of the rules that name this cause, or what it does at once: the truth that a diagnosis is held against. */
  readonly causes: readonly string[];
  /**
   * The program with this fault alone added, as large as `random` says, and a comment that says so; `null` where there is
   * no place for it.
   */
  plant(program: Program, random: Random): Program | null;
}
