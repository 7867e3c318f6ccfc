import { reaches } from '../goal.js';
import type { Program } from '../program.js';
import type { Line } from '../summary.js';
import { type Mutant, twinsOf } from './draw-mutants.js';

/** What is left of mutants and their twins once all were trained. */
export interface Proven {
  /** Twins that reach their goal, and mutants of these that miss it. */
  readonly programs: readonly Program[];
  readonly dropped: readonly Dropped[];
}

export interface Dropped {
  readonly id: string;
  readonly why: 'it still reaches the goal' | 'its twin misses the goal';
}

/**
 * Counts as faulty only what is: a mutant that trains as well as its twin is an equivalent one, whatever was planted in it.
 * Both are judged by the majority of their seeds. Source: after DeepCrime (ISSTA 2021), which asks for a significant loss
 * of quality over 20 trainings; a goal and a majority take the place of the test, because five trainings allow none.
 */
export function proveMutants(mutants: readonly Mutant[], lines: readonly Line[]): Proven {
  const succeeds = ({ id, goal }: Program): boolean => {
    const own = lines.filter((line) => line.id === id);
    return 2 * own.filter(({ metric }) => goal && reaches(goal, Number(metric))).length > own.length;
  };
  const sound = new Set(twinsOf(mutants).filter(succeeds));
  const sick = mutants.filter(({ program, twin }) => sound.has(twin) && !succeeds(program));
  return {
    programs: [...sound, ...sick.map(({ program }) => program)],
    dropped: mutants
      .filter((mutant) => !sick.includes(mutant))
      .map(({ program: { id }, twin }) => ({
        id,
        why: sound.has(twin) ? 'it still reaches the goal' : 'its twin misses the goal',
      })),
  };
}
