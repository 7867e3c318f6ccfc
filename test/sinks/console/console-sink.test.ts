import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Finding } from '../../../src/record/finding.js';
import { consoleSink } from '../../../src/sinks/console/console-sink.js';
import { history } from '../../rules/histories.js';

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

/** What the process says of its surroundings. */
function at(isTTY: boolean, { CI = '', NO_COLOR = '', TERM = 'xterm' } = {}): void {
  for (const stream of [process.stdout, process.stderr])
    vi.spyOn(stream, 'isTTY', 'get').mockReturnValue(isTTY);
  vi.stubEnv('CI', CI);
  vi.stubEnv('NO_COLOR', NO_COLOR);
  vi.stubEnv('TERM', TERM);
}

let printed: string[];
beforeEach(() => {
  printed = [];
  for (const stream of [process.stdout, process.stderr]) {
    Object.defineProperty(stream, 'isTTY', { configurable: true, get: () => false });
  }
  at(false);
  vi.spyOn(console, 'log').mockImplementation((line) => printed.push(line));
  vi.spyOn(console, 'warn').mockImplementation((line) => printed.push(`warn: ${line}`));
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
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

  test.each(['', 'lines'])('rejects the progress %j', (progress) => {
    expect(() => consoleSink({ progress: progress as 'line' })).toThrow(
      new TypeError(`consoleSink: progress must be 'line' or 'table', got ${JSON.stringify(progress)}`),
    );
  });

  test.each([0, -1, 1.5, Number.NaN])('rejects %d steps in total', (totalSteps) => {
    expect(() => consoleSink({ totalSteps })).toThrow(
      new RangeError(`consoleSink: totalSteps must be a positive integer, got ${totalSteps}`),
    );
  });
});

describe('the progress of consoleSink', () => {
  /** Two layers over 65 steps: one fades by ten decades, one stays. */
  const { steps } = history({
    steps: 65,
    gradients: (step) => ({ 'a/kernel': 10 ** (-step / 6.4), 'b/kernel': 3, 'b/bias': 4 }),
    change: (record) => ({ ...record, wallTimeMs: 500 * record.step }),
  });

  test('is a table where someone watches, with the whole run on one scale', () => {
    at(true, { NO_COLOR: '1' });
    const sink = consoleSink({ everyMs: 32_000 });
    for (const record of steps) sink.write(record);

    expect(printed[1]?.split('\n')).toEqual([
      'gradient-health: step 64, loss 0.228, gradient norm 5, learning rate 0.01',
      '  layer  gradient  ▁ 1.0e-10 █ 5       update',
      '  a       1.0e-10  █▇▇▆▆▅▅▅▄▄▃▃▃▂▂▁▁  1.0e-12',
      '  b             5  █████████████████   0.0354',
    ]);
  });

  test('names beside a layer what was found in it or in one of its weights', () => {
    const sink = consoleSink({ everyMs: 0, progress: 'table' });
    sink.finding?.({ ...finding, where: 'a' });
    sink.finding?.({ ...finding, where: 'b/bias', rule: 'zero-gradient' });
    sink.finding?.({ ...finding, where: 'b' });
    sink.write(steps[0]!);

    const [, , a, b] = printed.at(-1)?.split('\n') ?? [];
    expect(a).toMatch(/ vanishing-gradient$/);
    expect(b).toMatch(/ zero-gradient, vanishing-gradient$/);
  });

  test.each([
    ['a pipe', false, {}],
    ['a build server with a terminal', true, { CI: 'true' }],
  ])('is one line in %s', (_, isTTY, env) => {
    at(isTTY, env);
    const sink = consoleSink({ everyMs: 0 });
    for (const record of steps) sink.write(record);

    expect(printed).toHaveLength(65);
    expect(printed.every((line) => !line.includes('\n'))).toBe(true);
  });

  test.each([
    ['on a terminal', true, {}, true],
    ['not where NO_COLOR is set', true, { NO_COLOR: '1' }, false],
    ['not on a dumb terminal', true, { TERM: 'dumb' }, false],
    ['not in a pipe', false, {}, false],
  ])('has colour %s', (_, isTTY, env, colored) => {
    at(isTTY, env);
    const sink = consoleSink({ everyMs: 0, progress: 'table' });
    sink.finding?.(finding);
    sink.write(steps[0]!);

    expect(printed.map((line) => line.includes('\u001b['))).toEqual([colored, colored]);
  });

  test('has colour on demand: the severity of a finding, and a norm that is no good', () => {
    const sink = consoleSink({ everyMs: 0, progress: 'table', color: true });
    sink.finding?.(finding);
    sink.write(history({ steps: 1, gradients: () => ({ a: 0, b: 3 }) }).steps[0]!);

    expect(printed[0]).toContain('\u001b[33mwarning\u001b[0m: vanishing-gradient');
    expect(printed[1]).toContain('  \u001b[31m       0\u001b[0m  ');
    expect(printed[1]).toContain('  b             3  ');
  });

  test('marks zero, NaN and infinity, and stays in line', () => {
    const sink = consoleSink({ everyMs: 1e6, progress: 'table' });
    const norms = [1, 0, Number.NaN, Number.POSITIVE_INFINITY, 100];
    const { steps } = history({ steps: norms.length, gradients: (step) => ({ a: norms[step]! }) });
    for (const record of steps.map((record) => ({ ...record, wallTimeMs: record.step === 4 ? 1e6 : 0 }))) {
      sink.write(record);
    }

    expect(printed[1]?.split('\n')[2]).toMatch(/^ {2}a {11}100 {2}▁ !!█ /);
  });

  test('takes 16 rows of a deep model, evenly from its first layer to its last', () => {
    const depth = 40;
    const names = Array.from({ length: depth }, (_, index) => `layer_${index}`);
    const sink = consoleSink({ everyMs: 0, progress: 'table' });
    sink.write(
      history({ steps: 1, gradients: () => Object.fromEntries(names.map((name) => [`${name}/kernel`, 1])) })
        .steps[0]!,
    );

    const [, head, ...rows] = printed[0]?.split('\n') ?? [];
    expect(head).toContain('16 of 40 layers');
    expect(rows).toHaveLength(16);
    expect(rows[0]).toContain('layer_0 ');
    expect(rows.at(-1)).toContain('layer_39');
  });

  test('lets no escape sequence of a layer reach the terminal, nor a long name break its lines', () => {
    const sink = consoleSink({ everyMs: 0, progress: 'table' });
    const name = `${'x'.repeat(10_000)}\u001b[2J\n\u202e`;
    sink.write(history({ steps: 1, gradients: () => ({ [`${name}/kernel`]: 1 }) }).steps[0]!);

    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that must be gone
    expect(printed[0]).not.toMatch(/[\u001b\u202e]/);
    expect(printed[0]?.split('\n').map((line) => line.length <= 90)).toEqual([true, true, true]);
  });

  test('tells the share and the time left where the end is known', () => {
    const sink = consoleSink({ everyMs: 16_000, totalSteps: 129 });
    for (const record of steps) sink.write(record);

    expect(printed.map((line) => line.split(', loss')[0])).toEqual([
      'gradient-health: step 0 of 129',
      'gradient-health: step 32 of 129, 48 s left',
      'gradient-health: step 64 of 129, 32 s left',
    ]);
  });
});
