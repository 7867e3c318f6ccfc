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
