import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Finding } from '../../src/record/finding.js';
import { jsonlLine, readJsonl } from '../../src/record/jsonl.js';
import type { RunFacts } from '../../src/record/run.js';
import { chain, history } from '../rules/histories.js';
import { anyFinding, anyRun } from './runs.js';

const facts: RunFacts = { schema: 1, model: null, backend: null, data: null };
const { steps } = history({ steps: 3 });
const finding: Finding = {
  rule: 'vanishing-gradient',
  severity: 'warning',
  where: 'dense_1',
  firstStep: 0,
  lastStep: 2,
  evidence: { ratio: 1e-5 },
  message: 'it fades',
  remedies: [{ kind: 'activation', layers: ['dense_1'], to: 'Infinity', reason: 'slope 1' }],
};
const log = [jsonlLine({ facts }), ...steps.map((step) => jsonlLine({ step })), jsonlLine({ finding })];

describe('readJsonl', () => {
  test('brings facts, records and findings back as they were written', () => {
    fc.assert(
      fc.property(anyRun, fc.array(anyFinding, { maxLength: 3 }), ({ steps, ...facts }, findings) => {
        const lines = [
          jsonlLine({ facts }),
          ...steps.map((step) => jsonlLine({ step })),
          ...findings.map((finding) => jsonlLine({ finding })),
        ];
        expect(readJsonl(lines.join(''))).toEqual({ ...facts, steps, findings });
      }),
    );
  });

  test('keeps the whole lines before the cut, wherever a crash cuts the log', () => {
    const text = log.join('');
    const firstLine = log[0]!.length - 1;
    for (let cut = firstLine; cut < text.length; cut++) {
      const whole = log.filter((_, i) => log.slice(0, i + 1).join('').length - 1 <= cut);
      const read = readJsonl(text.slice(0, cut));
      expect(1 + read.steps.length + read.findings.length).toBe(whole.length);
      expect(read.steps).toEqual(steps.slice(0, read.steps.length));
    }
  });

  test('replaces earlier facts by later ones', () => {
    const later = { ...facts, model: chain([{ path: 'dense_1' }]) };

    expect(readJsonl(log.join('') + jsonlLine({ facts: later })).model).toEqual(later.model);
  });

  test('lets a run begin anew at a step that was told before, and drops what the first attempt left from there on', () => {
    const [a, b, c] = steps;
    const again = { ...b!, loss: 42 };
    const [early, late] = [0, 2].map((firstStep) => ({ ...finding, where: `since ${firstStep}`, firstStep }));
    const lines = [
      ...[a!, b!, c!].map((step) => jsonlLine({ step })),
      ...[early!, late!].map((found) => jsonlLine({ finding: found })),
      jsonlLine({ facts }),
      jsonlLine({ step: again }),
    ];
    const read = readJsonl([log[0]!, ...lines].join(''));

    expect(read.steps).toEqual([a, again]);
    expect(read.findings).toEqual([early]);
  });

  test('tells how the run ended, and nothing where its program broke off', () => {
    const end = { wallTimeMs: 1_700_000_000_000, records: 3 };
    const text = log.join('') + jsonlLine({ end });

    expect(readJsonl(text)).toEqual({ ...facts, steps, findings: [finding], end });
    expect(readJsonl(text.slice(0, -5)).end).toBeUndefined();
    expect(readJsonl(log.join(''))).not.toHaveProperty('end');
  });

  test('takes a run that was resumed behind its end for one that goes on, until it ends again', () => {
    const [first, second] = [1, 2].map((records) => jsonlLine({ end: { wallTimeMs: 0, records } }));
    const resumed = [log[0]!, log[1]!, first!, log[0]!, log[2]!, log[3]!].join('');

    expect(readJsonl(resumed)).toEqual({ ...facts, steps, findings: [] });
    expect(readJsonl(resumed + second).end).toEqual({ wallTimeMs: 0, records: 2 });
  });

  test('names what is wrong with an end, and rejects another version in front of one', () => {
    expect(() => readJsonl(`${log[0]}{"end":{"wallTimeMs":0,"records":"all"}}\n`)).toThrow(
      new TypeError('readJsonl: line 2: end.records must be an integer, got "all"'),
    );
    const other =
      log[0]!.replace('"schema":1', '"schema":2') + jsonlLine({ end: { wallTimeMs: 0, records: 0 } });
    expect(() => readJsonl(other)).toThrow(
      'facts.schema is 2, but this version of gradient-health reads schema 1 only',
    );
  });

  test('reads logs with blank lines, Windows line ends and a byte order mark', () => {
    expect(readJsonl(`\ufeff${log.join('\r\n')}\r\n\r\n`)).toEqual(readJsonl(log.join('')));
  });

  test('reads the log of a run that ended before its first step', () => {
    expect(readJsonl('{"end":{"wallTimeMs":5,"records":0}}\n')).toEqual({
      schema: 1,
      model: null,
      backend: null,
      data: null,
      steps: [],
      findings: [],
      end: { wallTimeMs: 5, records: 0 },
    });
  });

  test('names a broken line before the last and how to read the rest', () => {
    const text = [log[0], '{"step":{"st\n', ...log.slice(1)].join('');

    expect(() => readJsonl(text)).toThrow(SyntaxError);
    expect(() => readJsonl(text)).toThrow(
      /^readJsonl: line 2 is not JSON \(.*\); readJsonl\(text, \{ skipBroken: true \}\) reads the rest$/,
    );
    expect(readJsonl(text, { skipBroken: true })).toEqual(readJsonl(log.join('')));
  });

  test('names line and place of JSON that is no part of a run', () => {
    const text = [log[0], '{"step":{"step":"one"}}\n', '{"note":1}\n', ...log.slice(1)].join('');

    expect(() => readJsonl(text)).toThrow(
      new TypeError('readJsonl: line 2: step.step must be an integer, got "one"'),
    );
    expect(() => readJsonl(`${log[0]}{"note":1}\n`)).toThrow(
      new TypeError('readJsonl: line 2: expected an object with the key "facts", "step", "finding" or "end"'),
    );
    expect(readJsonl(text, { skipBroken: true })).toEqual(readJsonl(log.join('')));
  });

  test('rejects another version of the data model with both numbers, whatever may be skipped', () => {
    const text = log.join('').replace('"schema":1', '"schema":7');
    const message =
      'readJsonl: line 1: facts.schema is 7, but this version of gradient-health reads schema 1 only';

    expect(() => readJsonl(text)).toThrow(new RangeError(message));
    expect(() => readJsonl(text, { skipBroken: true })).toThrow(new RangeError(message));
  });

  test.each([
    ['an empty text', '', 'the text is empty'],
    ['blank lines only', ' \n\n', 'the text is empty'],
    ['facts that were cut off', log[0]!.slice(0, 20), 'there is no whole line of facts'],
    ['records before any facts', log[1]!, 'line 1 comes before any facts'],
  ])('rejects %s', (_title, text, what) => {
    const start = 'a log starts with {"facts": ...}, as jsonlSink writes it';
    expect(() => readJsonl(text)).toThrow(new SyntaxError(`readJsonl: ${what}; ${start}`));
  });

  test('reads records without facts where broken lines may be skipped', () => {
    expect(readJsonl(log.slice(1).join(''), { skipBroken: true })).toEqual({
      ...facts,
      steps,
      findings: [finding],
    });
  });
});

describe('jsonlLine', () => {
  test('writes one line, whatever the names hold', () => {
    fc.assert(
      fc.property(anyFinding, (finding) => {
        expect(jsonlLine({ finding }).indexOf('\n')).toBe(jsonlLine({ finding }).length - 1);
      }),
    );
  });
});
