import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { jsonlLine, readJsonl } from '../../src/record/jsonl.js';
import { mergeRuns } from '../../src/record/merge-runs.js';
import type { Run } from '../../src/record/run.js';
import { chain, history } from '../rules/histories.js';
import { anyRun } from './runs.js';

const empty: Run = { schema: 1, model: null, backend: null, data: null, steps: [] };

describe('mergeRuns', () => {
  test('is associative', () => {
    fc.assert(
      fc.property(anyRun, anyRun, anyRun, (a, b, c) => {
        expect(mergeRuns(mergeRuns(a, b), c)).toEqual(mergeRuns(a, mergeRuns(b, c)));
      }),
    );
  });

  test('changes nothing when one part is empty', () => {
    fc.assert(
      fc.property(anyRun, (run) => {
        expect(mergeRuns(run, empty)).toEqual(run);
        expect(mergeRuns(empty, run)).toEqual(run);
      }),
    );
  });

  test('orders records by step and lets the second part stand where both have one', () => {
    const { steps } = history({ steps: 4 });
    const again = { ...steps[2]!, loss: 42 };
    const late = { ...empty, steps: [steps[3]!, steps[1]!] };
    const merged = mergeRuns(
      { ...empty, steps: steps.slice(0, 3) },
      mergeRuns({ ...empty, steps: [again] }, late),
    );

    expect(merged.steps).toEqual([steps[0], steps[1], again, steps[3]]);
  });

  test('takes logs, ended or not, for the runs that they hold', () => {
    const { steps, ...facts } = history({ steps: 4 });
    const logOf = (part: typeof steps): string =>
      [
        jsonlLine({ facts }),
        ...part.map((step) => jsonlLine({ step })),
        jsonlLine({ end: { wallTimeMs: 0, records: part.length } }),
      ].join('');
    const [before, after] = [readJsonl(logOf(steps.slice(0, 2))), readJsonl(logOf(steps.slice(2)))];

    expect(mergeRuns(before, after)).toEqual({ ...facts, steps });
    expect(mergeRuns(before, after)).not.toHaveProperty('end');
  });

  test('takes facts from the second part where it has them', () => {
    const [first, second] = [chain([{ path: 'a' }]), chain([{ path: 'b' }])];

    expect(mergeRuns({ ...empty, model: first }, empty).model).toBe(first);
    expect(mergeRuns({ ...empty, model: first }, { ...empty, model: second }).model).toBe(second);
  });
});
