import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Finding } from '../../src/record/finding.js';
import { consoleSink } from '../../src/sinks/console-sink.js';
import { history } from '../rules/histories.js';

const finding: Finding = {
  rule: 'vanishing-gradient',
  severity: 'warning',
  where: 'dense_1',
  firstStep: 0,
  lastStep: 9,
  evidence: { ratio: 2e-5 },
  message: 'dense_1: it fades.',
  remedies: [
    { kind: 'activation', layers: ['a', 'b', 'c', 'd', 'e'], to: 'relu', reason: 'its slope is 1' },
    { kind: 'learning-rate', layers: [], to: 0.001, reason: 'smaller steps' },
  ],
};

let printed: string[];
beforeEach(() => {
  printed = [];
  vi.spyOn(console, 'log').mockImplementation((line) => printed.push(line));
  vi.spyOn(console, 'warn').mockImplementation((line) => printed.push(`warn: ${line}`));
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe('consoleSink', () => {
  test('prints a finding with evidence and remedies', () => {
    consoleSink().finding?.(finding);

    expect(printed).toEqual([
      [
        'warn: gradient-health: warning: vanishing-gradient at dense_1, steps 0 to 9',
        '  dense_1: it fades.',
        '  evidence: ratio 2.0e-5',
        '  1. activation relu in a, b, c, d and 1 more: its slope is 1',
        '  2. learning rate 0.001: smaller steps',
      ].join('\n'),
    ]);
  });

  test('prints each finding once, told by rule and place', () => {
    const sink = consoleSink();
    const others = [
      { ...finding, lastStep: 20 },
      { ...finding, where: 'dense_2' },
      { ...finding, rule: 'zero-gradient' },
    ];
    for (const each of [finding, ...others]) sink.finding?.(each);

    expect(printed).toHaveLength(3);
  });

  test('prints a line of progress every ten seconds of the records, the first at once', () => {
    const sink = consoleSink();
    const { steps } = history({
      steps: 25,
      loss: (step) => step,
      gradients: () => ({ a: 3, b: 4 }),
      change: (record) => ({ ...record, wallTimeMs: 1000 * record.step }),
    });
    for (const record of steps) sink.write(record);

    expect(printed).toEqual([
      'gradient-health: step 0, loss 0, gradient norm 5, learning rate 0.01',
      'gradient-health: step 10, loss 10, gradient norm 5, learning rate 0.01',
      'gradient-health: step 20, loss 20, gradient norm 5, learning rate 0.01',
    ]);
  });

  test('prints every record, or none, on demand', () => {
    const { steps } = history({ steps: 3 });
    const [every, none] = [consoleSink({ everyMs: 0 }), consoleSink({ everyMs: Infinity })];
    for (const record of steps) every.write(record);
    expect(printed).toHaveLength(3);
    for (const record of steps) none.write(record);
    expect(printed).toHaveLength(3);
  });

  test('leaves out what is not known and tells what a clip did', () => {
    const [record] = history({ steps: 1, gradients: () => ({ a: 8 }) }).steps;
    const clip = { name: 'clipByGlobalNorm(1)', normAfter: 1, fired: true, accepted: true, cosine: 1 };
    consoleSink().write({ ...record!, loss: null, learningRate: null, clip });

    expect(printed).toEqual(['gradient-health: step 0, gradient norm 8 clipped to 1']);
  });

  test('lets no control character of a name reach the terminal', () => {
    consoleSink().finding?.({ ...finding, where: 'a\u001b[2J\nb', message: '\u202e', rule: '\u0007' });

    expect(printed[0]).toContain('\\u0007 at a\\u001b[2J\\u000ab,');
    expect(printed[0]).toContain('\n  \\u202e\n');
  });

  test.each([-1, Number.NaN])('rejects %d milliseconds', (everyMs) => {
    expect(() => consoleSink({ everyMs })).toThrow(
      new RangeError(`consoleSink: everyMs must be 0 or more, got ${everyMs}`),
    );
  });
});
