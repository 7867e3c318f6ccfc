import { describe, expect, test } from 'vitest';
import { preflightLineOf, preflightText, summarizePreflight } from '../../battery/preflight-summary.js';
import { summarizeTreatment, treatLineOf } from '../../battery/treat-summary.js';
import {
  treatProgressText,
  treatSummaryJson,
  treatSummaryText,
  treatTable,
} from '../../battery/treat-text.js';
import type { Finding, Remedy } from '../../src/index.js';
import { program } from './programs.js';

const goal = { metric: 'accuracy', min: 0.8 };
const sick = program({ id: 'sick', faulty: true, causes: ['poor-initialization'], goal });
const sound = program({ id: 'sound', goal });
const change: Remedy = { kind: 'clip', layers: [], to: 'clipByGlobalNorm(1)', reason: '' };
const verified = (before: number, after: number, measure: string): Remedy => ({
  ...change,
  verified: { before, after, measure },
});
const treated = (before: number, after: number, ...applied: Remedy[]) => ({
  before,
  after,
  applied,
  seconds: { untreated: 2, treatment: 1, treated: 2 },
});

const programs = [sick, sound];
const lines = [
  treatLineOf(sick, 1, treated(0.5, 0.9, change)),
  treatLineOf(sick, 2, treated(Number.NaN, 0.8, change, change)),
  treatLineOf(sick, 3, treated(0.5, 0.5)),
  treatLineOf(sound, 1, treated(0.9, 0.9)),
  treatLineOf(sound, 2, treated(0.9, 0.7, change)),
  treatLineOf(sound, 3, treated(0.9, 0.9)),
];
const summary = summarizeTreatment(programs, lines);

describe('the score of treatment', () => {
  test('counts what holds in a majority of the seeds of a program', () => {
    expect([summary.repaired.share, summary.leftAlone.share, summary.stillHealthy.share]).toEqual([1, 1, 1]);
  });

  test('compares the time of treatment and training with that of the untreated training', () => {
    // 1 + 2 over 2, in each of the lines.
    expect(lines[0]!.timeRatio).toBe(1.5);
    expect(summary.timeRatio).toBe(1.5);
  });

  test('takes the median of the changes where there are any', () => {
    // 1 and 2.
    expect(summary.medianChanges).toBe(1.5);
    expect(summarizeTreatment([sound], lines.slice(3)).medianChanges).toBeNull();
  });

  test('counts the changes that a trial is worse without, by whatever was measured', () => {
    const changes = [
      verified(0.5, 0.1, 'loss'),
      verified(0.5, 0.9, 'accuracy'),
      verified(2, 0, 'findings'),
      verified(0.1, 0.1, 'loss'),
      change,
    ];
    const line = treatLineOf(sick, 1, treated(0.5, 0.9, ...changes));
    expect(line.needed).toBe(3);
    // 3 of 5: neither the one without effect nor the one that was not tried.
    const { needed } = summarizeTreatment([sick], [line]);
    expect(needed.share).toBe(0.6);
    expect(treatSummaryText(summarizeTreatment([sick], [line]), 1)).toContain('needed         60 %');
    expect(JSON.parse(treatSummaryJson(summarizeTreatment([sick], [line])))).toMatchObject({ needed: 0.6 });
  });

  test('is written as text and as one line of JSON', () => {
    expect(lines[1]!.before).toBe('NaN');
    expect(treatProgressText(lines[0]!)).toBe(
      'sick seed 1, clip: clipByGlobalNorm(1): 0.5 -> 0.9 (goal reached), time x 1.50 of 2.0 s',
    );
    expect(treatTable(programs, lines)).toMatch(/sick +faulty +0\/3 +2\/3/);
    expect(treatSummaryText(summary, 3)).toContain('time           1.50 times');
    expect(JSON.parse(treatSummaryJson(summary))).toMatchObject({
      summary: true,
      repaired: 1,
      medianChanges: 1.5,
    });
  });
});

describe('the score of preflight', () => {
  const finding = { rule: 'poor-initialization', severity: 'warning' } as Finding;
  const note = { ...finding, severity: 'info' } as Finding;
  const looks = [preflightLineOf(sick, [note, finding], 3), preflightLineOf(sound, [note], 5)];

  test('asks whether faults of initialisation are named, and whether sound programs are left in peace', () => {
    const { named, calm, medianMilliseconds } = summarizePreflight(programs, looks);
    expect([named.share, calm.share, medianMilliseconds]).toEqual([1, 1, 4]);
    expect(preflightText(summarizePreflight(programs, looks))).toContain('time   4 ms in the median');
  });
});
