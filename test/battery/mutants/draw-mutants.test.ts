import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { drawMutants, halfOf, type Mutant, twinsOf } from '../../../battery/mutants/draw-mutants.js';
import { faults } from '../../../battery/mutants/faults.js';
import { parsePrograms } from '../../../battery/parse-programs.js';
import type { Program } from '../../../battery/program.js';
import { streamOf } from '../../../battery/random.js';
import { ownFiles, readPrograms } from '../../../battery/read-programs.js';
import { defaultRules } from '../../../src/index.js';
import { program } from '../programs.js';

const own = ownFiles().flatMap(readPrograms);
const healthy = own.filter(({ faulty }) => !faulty);
const faultOf = ({ program: { id }, twin }: Mutant) => id.slice(twin.id.length + 1);

describe('mutants', () => {
  test('are the same for the same seed, and others for another of the same half', () => {
    expect(drawMutants(own, 40, 2)).toEqual(drawMutants(own, 40, 2));
    expect(drawMutants(own, 40, 4)).not.toEqual(drawMutants(own, 40, 2));
  });

  test('of odd seeds, to tune on, and of even ones, to be judged by, are never of the same fault in the same program', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 500 }), (a, b) => {
        const tuning = new Set(drawMutants(own, 60, 2 * a - 1).map((each) => each.program.id));
        const judging = drawMutants(own, 60, 2 * b);
        for (const each of judging) expect(tuning).not.toContain(each.program.id);
      }),
      { numRuns: 20 },
    );
    expect([halfOf(3), halfOf(4)]).toEqual(['tuning', 'judging']);
  });

  test('are sound programs with one fault, of every kind before any comes again', () => {
    const mutants = drawMutants(own, faults.length, 2);
    const kinds = mutants.map(faultOf);
    // A few kinds have no place in any program of this half.
    expect(new Set(kinds).size).toBeGreaterThan(0.8 * faults.length);
    for (const { program: mutant, twin } of mutants) {
      expect(twin.faulty).toBe(false);
      expect(mutant).toMatchObject({ faulty: true, causes: expect.any(Array) });
      expect(mutant).toMatchObject({ batchSize: twin.batchSize, epochs: twin.epochs });
    }
    expect(new Set(mutants.map((each) => each.program.id)).size).toBe(mutants.length);
  });

  test('are programs that a battery file may hold', () => {
    for (const seed of [1, 2]) {
      const mutants = drawMutants(own, 150, seed).map((each) => each.program);
      expect(parsePrograms(JSON.stringify(mutants))).toHaveLength(150);
    }
  });

  test('have as many twins as there are programs among them', () => {
    const mutants = drawMutants(own, 60, 2);
    expect(new Set(twinsOf(mutants)).size).toBe(twinsOf(mutants).length);
  });

  test('end with the places for faults', () => {
    const only = [program({ goal: { metric: 'accuracy', min: 0.5 } }), program({ id: 'sick', faulty: true })];
    expect(() => drawMutants(only, 500, 1)).toThrow(/--mutants must be at most \d+ for these programs/);
    // Without a goal nobody knows whether a mutant is sick.
    expect(() => drawMutants([program()], 1, 1)).toThrow('--mutants must be at most 0');
  });
});

describe.each(faults.map((fault) => [fault.name, fault] as const))('%s', (_, fault) => {
  const planted = healthy.flatMap((twin) => {
    const mutant = fault.plant(twin, streamOf(1));
    return mutant ? [{ twin, mutant }] : [];
  });

  test('has a place in some program, and changes it in one way alone', () => {
    expect(planted.length).toBeGreaterThan(0);
    const parts: (keyof Program)[] = ['data', 'layers', 'optimizer', 'loss', 'clip'];
    for (const { twin, mutant } of planted) {
      const changed = parts.filter((part) => JSON.stringify(mutant[part]) !== JSON.stringify(twin[part]));
      expect(changed, twin.id).toHaveLength(1);
      expect(mutant.comment).not.toBe(twin.comment);
    }
  });

  test('leaves the program that it is planted in as it is', () => {
    const { twin } = planted[0]!;
    const before = structuredClone(twin);
    fault.plant(twin, streamOf(2));
    expect(twin).toEqual(before);
  });

  test('is a cause that rules know', () => {
    const ids = defaultRules.map(({ id }) => id);
    for (const cause of fault.causes) expect(ids).toContain(cause);
  });
});
