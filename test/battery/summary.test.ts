import { describe, expect, test } from 'vitest';
import { summaryJson } from '../../battery/json.js';
import { type Line, lineOf, summarize } from '../../battery/summary.js';
import { programTable, progressText, summaryText } from '../../battery/text.js';
import { shareOf } from '../../battery/wilson.js';
import type { Finding } from '../../src/record/finding.js';
import { program } from './programs.js';

const finding = (rule: string, firstStep = 0, severity: Finding['severity'] = 'warning'): Finding => ({
  rule,
  severity,
  where: 'dense_0',
  firstStep,
  lastStep: firstStep,
  evidence: {},
  message: '',
  remedies: [],
});
const goal = { metric: 'accuracy', min: 0.8 };
const sick = program({ id: 'sick', faulty: true, causes: ['vanishing-gradient'], goal });
const missed = program({ id: 'missed', faulty: true, causes: ['dead-units'], goal });
const sound = program({ id: 'sound', goal });
const outcome = (...findings: Finding[]) => ({ findings, steps: 9, loss: 0.5, metric: 0.75, losses: [] });

const lines: Line[] = [
  lineOf(sick, 1, outcome(finding('vanishing-gradient', 4), finding('zero-gradient', 2))),
  lineOf(sick, 2, outcome(finding('zero-gradient', 6, 'info'), finding('vanishing-gradient', 8, 'error'))),
  lineOf(sick, 3, outcome()),
  lineOf(missed, 1, outcome(finding('vanishing-gradient', 1))),
  lineOf(missed, 2, outcome()),
  lineOf(missed, 3, outcome(finding('zero-gradient', 0, 'info'))),
  lineOf(sound, 1, outcome(finding('zero-gradient', 0, 'info'))),
  lineOf(sound, 2, outcome(finding('zero-gradient', 5))),
  lineOf(sound, 3, outcome(finding('zero-gradient', 7))),
];
const summary = summarize([sick, missed, sound], lines, ['dead-units']);

describe('a line', () => {
  test('holds what the format says and nothing else', () => {
    expect(lines[1]).toEqual({
      id: 'sick',
      seed: 2,
      faulty: true,
      fired: [
        { rule: 'zero-gradient', severity: 'info', firstStep: 6, where: 'dense_0' },
        { rule: 'vanishing-gradient', severity: 'error', firstStep: 8, where: 'dense_0' },
      ],
      first: 'vanishing-gradient',
      steps: 9,
      loss: 0.5,
      metric: 0.75,
    });
  });

  test('writes numbers that JSON has no word for as strings', () => {
    expect(
      lineOf(sick, 1, { ...outcome(), loss: Number.NaN, metric: Number.POSITIVE_INFINITY }),
    ).toMatchObject({
      first: null,
      loss: 'NaN',
      metric: 'Infinity',
    });
  });
});

describe('summarize', () => {
  test('flags a program by warnings and errors in a majority of its seeds', () => {
    expect(summary.recall).toEqual(shareOf(1, 2));
    expect(summary.falseAlarms).toEqual(shareOf(1, 1));
  });

  test('wants the first finding to name a cause', () => {
    expect(summary.rightCause).toEqual(shareOf(1, 2));
  });

  test('takes the median first step of faulty runs with a finding', () => {
    // 2, 8 and 1.
    expect(summary.medianFirstStep).toBe(2);
    expect(summarize([sound], lines.slice(6), []).medianFirstStep).toBeNull();
  });

  test('scores each rule by programs, silent ones included: how often it fired, was a right cause, and when', () => {
    expect(summary.perRule).toEqual({
      'dead-units': { tp: 0, fp: 0, right: 0, medianFirstStep: null },
      // At steps 4 and 8 of sick, whose cause it is, and at step 1 of missed, which has no majority for it.
      'vanishing-gradient': { tp: 1, fp: 0, right: 1, medianFirstStep: 4 },
      'zero-gradient': { tp: 0, fp: 1, right: 0, medianFirstStep: 2 },
    });
  });

  test('counts programs by the severity of what was found in them', () => {
    expect(summary.perSeverity).toEqual({
      error: { tp: 0, fp: 0 },
      warning: { tp: 0, fp: 1 },
      info: { tp: 0, fp: 0 },
    });
  });

  test('has no share of nothing', () => {
    expect(JSON.parse(summaryJson(summarize([sound], lines.slice(6), []), 'npm run battery'))).toMatchObject({
      recall: null,
      falseAlarms: 1,
    });
  });
});

test('the last line of JSON holds plain shares and their intervals', () => {
  const json = JSON.parse(summaryJson(summary, 'npm run battery'));
  expect(json).toMatchObject({
    summary: true,
    programs: 3,
    recall: 0.5,
    falseAlarms: 1,
    rightCause: 0.5,
    medianFirstStep: 2,
  });
  expect(json.intervals.recall).toEqual([summary.recall.low, summary.recall.high]);
});

describe('shareOf', () => {
  test.each([
    // Brown, Cai and DasGupta (2001): 0 of n gives z^2 / (n + z^2) at the top.
    [0, 10, 0, 3.841459 / 13.841459],
    [5, 10, 0.2366, 0.7634],
    [53, 53, 1 - 3.841459 / 56.841459, 1],
  ])('gives the Wilson interval of %i in %i', (successes, total, low, high) => {
    const share = shareOf(successes, total);
    expect(share.share).toBe(successes / total);
    expect(share.low).toBeCloseTo(low, 4);
    expect(share.high).toBeCloseTo(high, 4);
  });
});

describe('for readers', () => {
  test('a run is a line with its backend, its goal and what was found', () => {
    expect(progressText(sick, lines[0]!, 'wasm', 1.25)).toBe(
      'sick seed 1 on wasm, 9 steps, loss 0.5, accuracy 0.75 (goal missed), vanishing-gradient@4 zero-gradient@2, 1.3 s',
    );
  });

  test('programs are a table', () => {
    expect(programTable([sick, sound], lines).split('\n')).toEqual([
      'program  is       flagged  right cause  goal reached  median metric  first finding',
      'sick     faulty   2/3      2/3          0/3           0.75           vanishing-gradient, nothing',
      'sound    healthy  2/3      -            0/3           0.75           nothing, zero-gradient',
    ]);
  });

  test('every share comes with its interval', () => {
    expect(summaryText(summary, 3)).toContain(
      'recall        50 % (95 % interval 9 % to 91 %) of the faulty programs flagged',
    );
  });
});
