import { describe, expect, test } from 'vitest';
import type { Rule } from '../../src/record/finding.js';
import { createRecorder } from '../../src/watch/recorder.js';
import { fallingLoss, flatLoss, history } from '../rules/histories.js';

/** Fires on the first five records. */
const early: Rule = {
  id: 'early',
  check: ({ steps }) =>
    steps.length > 5
      ? []
      : [
          {
            rule: 'early',
            severity: 'warning',
            where: 'model',
            firstStep: 0,
            lastStep: 0,
            evidence: {},
            message: 'early',
            remedies: [],
          },
        ],
};
const recorded = (loss: (step: number) => number) => {
  const recorder = createRecorder({ rules: [early], sinks: [], history: 1000, onFinding: () => {} });
  for (const record of history({ steps: 40, loss }).steps) recorder.add(record);
  return recorder;
};

describe('the report of a watched run', () => {
  test('keeps what was found earlier as a note, once training does well', () => {
    const recorder = recorded(fallingLoss);
    expect(recorder.report().findings).toMatchObject([{ rule: 'early', severity: 'info' }]);
    expect(recorder.findings).toMatchObject([{ rule: 'early', severity: 'warning' }]);
  });

  test('keeps it as it was while training does not', () => {
    expect(recorded(flatLoss).report().findings).toMatchObject([{ severity: 'warning' }]);
  });

  test('keeps findings that no rule made', () => {
    const recorder = recorded(fallingLoss);
    recorder.note({
      rule: 'sink-failed',
      severity: 'warning',
      where: 'model',
      firstStep: 0,
      lastStep: 0,
      evidence: {},
      message: '',
      remedies: [],
    });
    expect(recorder.report().findings[0]).toMatchObject({ rule: 'sink-failed', severity: 'warning' });
  });
});

describe('rules on a long run', () => {
  /** How often they are asked, and what they get to see, with so much history. */
  const asked = (steps: number, most: number) => {
    const seen = new Set<number>();
    let checks = 0;
    const rule: Rule = {
      id: 'witness',
      check(run) {
        checks++;
        for (const { step } of run.steps) seen.add(step);
        return [];
      },
    };
    const recorder = createRecorder({ rules: [rule], sinks: [], history: most, onFinding: () => {} });
    for (const record of history({ steps }).steps) recorder.add(record);
    return { seen: seen.size, checks, kept: recorder.run.steps };
  };

  test.each([1000, 100, 20, 2, 1])(
    'see every record before a history of %d drops it, but for the newest',
    (most) => {
      const { seen } = asked(3000, most);
      expect(seen).toBeGreaterThanOrEqual(3000 - Math.max(1, most / 2));
    },
  );

  test('are asked ever more rarely, down to once in 500 records', () => {
    // Pauses of a quarter of the steps so far until step 2000, then of 500.
    expect(asked(2000, 1000).checks).toBeLessThan(40);
    expect(asked(10_000, 1000).checks - asked(5000, 1000).checks).toBe(10);
  });

  test.each([
    [1, [2999]],
    [3, [0, 1, 2999]],
    [12, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 2998, 2999]],
  ])('find the baseline and the newest in a history of %d', (most, steps) => {
    expect(asked(3000, most).kept.map(({ step }) => step)).toEqual(steps);
  });
});
