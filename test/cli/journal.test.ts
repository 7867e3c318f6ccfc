import { describe, expect, test } from 'vitest';
import { createJournal } from '../../src/cli/journal.js';
import type { Finding } from '../../src/record/finding.js';
import { fallingLoss, flatLoss, history } from '../rules/histories.js';

const told = (rule: string): Finding => ({
  rule,
  severity: 'warning',
  where: 'model',
  firstStep: 3,
  lastStep: 5,
  evidence: {},
  message: 'as it was seen at step 5',
  remedies: [],
});

/** Rules and severities of the report of a run that is told such findings at the end. */
const reported = (judges: boolean, loss: (step: number) => number, ...findings: readonly Finding[]) => {
  const journal = createJournal({ judges });
  for (const record of history({ steps: 40, loss }).steps) journal.write(record);
  for (const finding of findings) journal.finding(finding);
  return journal.report().findings.map(({ rule, severity }) => [rule, severity]);
};

describe.each([true, false])('what a page tells of a log, judging it: %s', (judges) => {
  test('keeps as a note what was found earlier, once training does well, as the report of a monitor does', () => {
    expect(reported(judges, fallingLoss, told('loss-plateau'))).toEqual([['loss-plateau', 'info']]);
  });

  test('keeps it as it was while training does not', () => {
    expect(reported(judges, flatLoss, told('input-scale'))).toContainEqual(['input-scale', 'warning']);
  });

  test('keeps as they were the findings of rules that it does not know', () => {
    expect(reported(judges, fallingLoss, told('my-rule'))).toEqual([['my-rule', 'warning']]);
  });
});

test('a page of a run that began anew tells nothing of what an earlier attempt left from there on', () => {
  const journal = createJournal({ judges: false });
  const records = history({ steps: 10, loss: fallingLoss }).steps;
  for (const record of records) journal.write(record);
  journal.finding(told('my-rule'));
  journal.finding({ ...told('my-early-rule'), firstStep: 1 });
  for (const record of records.slice(2, 5)) journal.write({ ...record, loss: 7 });

  const { run, findings } = journal.report();
  expect(run.steps.map(({ step, loss }) => [step, loss]).slice(2)).toEqual([
    [2, 7],
    [3, 7],
    [4, 7],
  ]);
  expect(findings.map(({ rule }) => rule)).toEqual(['my-early-rule']);
});

describe('what a page tells of a monitor that has rules of its own', () => {
  test('is what that monitor told, and nothing that other rules would find', () => {
    const nan = () => Number.NaN;
    expect(reported(false, nan)).toEqual([]);
    expect(reported(false, nan, told('input-scale'))).toEqual([['input-scale', 'warning']]);
    expect(reported(true, nan)).toContainEqual(['non-finite', 'error']);
  });
});
