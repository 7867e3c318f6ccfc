import type { Program } from '../program.js';
import { permutation, type Random, streamOf } from '../random.js';
import type { Fault } from './fault.js';
import { faults } from './faults.js';

/** A sound program with one fault planted in it. */
export interface Mutant {
  readonly program: Program;
  /** What it was made of. */
  readonly twin: Program;
}

/** Rules may be tuned on the mutants of odd seeds and are judged on those of even ones; they have none in common. */
export type Half = 'tuning' | 'judging';

export const halfOf = (seed: number): Half => (seed % 2 === 0 ? 'judging' : 'tuning');

/** Marks the stream that draws mutants. */
const MUTATE = -3;

/**
 * Plants faults in healthy programs that have a goal: one fault a mutant, all kinds in turn, none twice in the same program.
 * The same programs and seed give the same mutants.
 *
 * @throws RangeError when there are not that many.
 */
export function drawMutants(programs: readonly Program[], size: number, seed: number): Mutant[] {
  const random = streamOf(seed, MUTATE);
  const sound = programs.filter(({ faulty, goal }) => !faulty && goal !== undefined);
  const half = halfOf(seed);
  const queues = shuffled(faults, random).map((fault) => ({
    fault,
    twins: shuffled(
      sound.filter(({ id }) => sideOf(fault.name, id) === half),
      random,
    ),
  }));
  const mutants: Mutant[] = [];
  while (mutants.length < size && queues.some(({ twins }) => twins.length > 0)) {
    for (const { fault, twins } of queues) {
      const mutant = plantInNext(fault, twins, random);
      if (mutant && mutants.length < size) mutants.push(mutant);
    }
  }
  if (mutants.length < size) {
    throw new RangeError(
      `--mutants must be at most ${mutants.length} for these programs and this seed, got ${size}`,
    );
  }
  return mutants;
}

/** Takes programs off the list until the fault has a place in one. */
function plantInNext(fault: Fault, twins: Program[], random: Random): Mutant | null {
  for (let twin = twins.pop(); twin; twin = twins.pop()) {
    const planted = fault.plant(twin, random);
    if (!planted) continue;
    const { causes, name } = fault;
    return { twin, program: { ...planted, id: `${twin.id}+${name}`, faulty: true, causes } };
  }
  return null;
}

/** Fixed by names alone, so that a new program or fault moves no mutant from one half to the other. */
function sideOf(fault: string, id: string): Half {
  const letters = [...`${id}+${fault}`].map((letter) => letter.charCodeAt(0));
  return streamOf(...letters)() < 0.5 ? 'tuning' : 'judging';
}

const shuffled = <Value>(values: readonly Value[], random: Random): Value[] =>
  permutation(values.length, random).map((at) => values[at]!);

/** The programs that were mutated, each once. */
export const twinsOf = (mutants: readonly Mutant[]): Program[] => [
  ...new Set(mutants.map(({ twin }) => twin)),
];
