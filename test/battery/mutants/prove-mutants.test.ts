import { expect, test } from 'vitest';
import { proveMutants } from '../../../battery/mutants/prove-mutants.js';
import type { Program } from '../../../battery/program.js';
import { lineOf } from '../../../battery/summary.js';
import { droppedText } from '../../../battery/text.js';
import { program } from '../programs.js';

const goal = { metric: 'accuracy', min: 0.8 };
const runs = (of: Program, ...metrics: number[]) =>
  metrics.map((metric, i) => lineOf(of, i + 1, { findings: [], steps: 9, loss: 1, metric }));

test('only mutants that miss the goal which their twin reaches, in a majority of the seeds, are counted', () => {
  const [sound, weak] = [program({ id: 'sound', goal }), program({ id: 'weak', goal })];
  const mutant = (id: string, twin: Program) => ({ twin, program: { ...twin, id, faulty: true } });
  const mutants = [
    mutant('sick', sound),
    mutant('equivalent', sound),
    mutant('nobody knows', weak),
    mutant('no number', sound),
  ];
  const { programs, dropped } = proveMutants(mutants, [
    ...runs(sound, 0.9, 0.9, 0.5),
    ...runs(weak, 0.9, 0.5, 0.5),
    ...runs(mutants[0]!.program, 0.5, 0.9, 0.5),
    ...runs(mutants[1]!.program, 0.9, 0.8, 0.5),
    ...runs(mutants[2]!.program, 0.5, 0.5, 0.5),
    ...runs(mutants[3]!.program, Number.NaN, Number.NaN, Number.NaN),
  ]);
  expect(programs.map(({ id }) => id)).toEqual(['sound', 'sick', 'no number']);
  expect(dropped).toEqual([
    { id: 'equivalent', why: 'it still reaches the goal' },
    { id: 'nobody knows', why: 'its twin misses the goal' },
  ]);
  expect(droppedText(dropped, 'judging')).toBe(
    [
      'planted faults of the half for judging',
      'dropped  1 mutants that still reach the goal',
      '         1 mutants whose twin misses the goal too',
    ].join('\n'),
  );
});
