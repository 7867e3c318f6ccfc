import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { runCli } from '../../src/cli/run-cli.js';
import { toJson } from '../../src/record/json.js';
import { jsonlLine } from '../../src/record/jsonl.js';
import * as reports from '../report/reports.js';
import { chain, history } from '../rules/histories.js';
import { endLine, logOf } from './log.js';

const folder = mkdtempSync(join(tmpdir(), 'gradient-health-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, text: string | Buffer): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

async function cli(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  const printed: { out: string[]; err: string[] } = { out: [], err: [] };
  const terminal = {
    out: (line: string) => printed.out.push(line),
    err: (line: string) => printed.err.push(line),
  };
  const code = await runCli(words, AbortSignal.abort(), terminal, '1.2.3');
  return { code, out: printed.out.join('\n'), err: printed.err.join('\n') };
}
const pictureIn = (
  html: string,
): { verdict: string; facts: string[][]; findings: { rule: string; firstStep: number }[] } =>
  JSON.parse(/id="news">([\s\S]*?)<\/script>/.exec(readFileSync(html, 'utf8'))?.[1] ?? 'null');

describe('report', () => {
  test('writes the page of a log beside it, and says the verdict', async () => {
    const log = file('run.jsonl', logOf(reports.vanishing.run));
    const { code, out, err } = await cli('report', log);
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^Training suffers: vanishing gradient at .*\nWritten to .*run\.html$/);
    const { verdict, facts } = pictureIn(join(folder, 'run.html'));
    expect(out).toContain(verdict);
    expect(facts).toContainEqual(['Steps', '30']);
  });

  test('writes where it is told to', async () => {
    const log = file('here.jsonl', logOf(history({ steps: 3 })));
    const { code } = await cli('report', log, '-o', join(folder, 'there.html'));
    expect(code).toBe(0);
    expect(pictureIn(join(folder, 'there.html')).verdict).toMatch(/^No trouble found in 3 recorded steps/);
  });

  test('shows what was recorded before a crash, without a word about the line that was cut off', async () => {
    const whole = logOf(history({ steps: 5 }));
    const log = file('cut.jsonl', whole.slice(0, -40));
    const { code, err } = await cli('report', log);
    expect([code, err]).toEqual([0, '']);
    expect(pictureIn(join(folder, 'cut.html')).facts).toContainEqual(['Steps', '4']);
  });

  test('leaves out lines that are none, and names the first', async () => {
    const [facts, ...steps] = logOf(history({ steps: 3 })).split('\n');
    const log = file('odd.jsonl', [facts, 'hello \u001b[2J', ...steps].join('\n'));
    const { code, err } = await cli('report', log);
    expect(code).toBe(0);
    expect(err).toMatch(/^Left out 1 lines that are no part of a run: line 2: Unexpected token/);
    expect(err).not.toContain('\u001b');
  });

  test('reads a run that is one JSON document, as its page was written from the log', async () => {
    const { run } = reports.vanishing;
    const { code, out } = await cli('report', file('whole.json', toJson(run)));
    expect(code).toBe(0);
    expect(out).toMatch(/^Training suffers: vanishing gradient at .*\nWritten to .*whole\.html$/);
    await cli('report', file('lines.jsonl', logOf(run) + endLine));
    expect(pictureIn(join(folder, 'whole.html'))).toEqual(pictureIn(join(folder, 'lines.html')));
  });

  test('reads such a document however it is written, and lines in spite of their name', async () => {
    const run = history({ steps: 3 });
    const { steps, ...facts } = run;
    const pretty = `\ufeff${JSON.stringify({ steps, ...facts }, null, 2)}\n`;
    expect((await cli('report', file('pretty.json', pretty))).code).toBe(0);
    expect((await cli('report', file('named.json', logOf(run)))).code).toBe(0);
    for (const name of ['pretty', 'named'])
      expect(pictureIn(join(folder, `${name}.html`)).facts).toContainEqual(['Steps', '3']);
  });

  test('prints the name of a file as text too', async () => {
    const log = file('\u001b[2J\u202egpj.jsonl', logOf(history({ steps: 3 })));
    const { code, out } = await cli('report', log);
    expect(code).toBe(0);
    expect(out).toMatch(/Written to .*\\u001b\[2J\\u202egpj\.html$/);
    const missing = await cli('report', join(folder, '\u001b]0;x\u0007.jsonl'));
    expect(missing.err).toContain('\\u001b]0;x\\u0007.jsonl');
  });

  test('keeps the findings that were made while it trained, though the records that showed them are no longer judged', async () => {
    const finding = { ...reports.vanishing.findings[0]!, rule: 'of-my-own', where: 'dense_1', firstStep: 1 };
    const run = history({ steps: 4 });
    const log = file('found.jsonl', logOf(run) + jsonlLine({ finding }));
    await cli('report', log);
    expect(pictureIn(join(folder, 'found.html')).findings).toMatchObject([
      { rule: 'of-my-own', firstStep: 1 },
    ]);
  });

  test('judges a long log in parts: trouble in its middle is found', async () => {
    const run = history({
      steps: 4000,
      model: chain([{ path: 'a' }, { path: 'b' }]),
      loss: (step) => (step === 1500 ? Number.NaN : 1 / (1 + step)),
      gradients: (step) => ({ 'a/kernel': step === 1500 ? Number.NaN : 1, 'b/kernel': 1 }),
    });
    const log = file('long.jsonl', logOf(run));
    await cli('report', log);
    const { findings, facts } = pictureIn(join(folder, 'long.html'));
    expect(facts).toContainEqual(['Steps', '4000']);
    expect(findings).toMatchObject([{ rule: 'non-finite', firstStep: 1500 }]);
  });

  test('prints no escape sequence of a name', async () => {
    const log = file(
      'evil.jsonl',
      logOf(reports.hostile.run) +
        jsonlLine({ finding: { ...reports.hostile.findings[0]!, severity: 'error' } }),
    );
    const { out } = await cli('report', log);
    expect(out).toContain('\\u001b[2J\\u202egpj.exe');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to find
    expect(out.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/);
  });
});

describe('says what is wrong with', () => {
  test.each([
    ['a document of no run', 'none.json', '{"name":"x"}', /fromJson: run\.schema is undefined/],
    [
      'a document of another version',
      'newer.json',
      '{"schema":3,"steps":[]}',
      /run\.schema is 3, but this version of gradient-health reads schema 1 only/,
    ],
    [
      'a run without a step',
      'stepless.json',
      toJson(history({ steps: 0 })),
      /stepless\.json holds no record of a step$/,
    ],
    [
      'a file that is not there',
      'nowhere.jsonl',
      undefined,
      /^gradient-health: there is no file .*nowhere\.jsonl$/,
    ],
    ['an empty file', 'empty.jsonl', '', /holds no record of a step, as jsonlSink writes them$/],
    [
      'another kind of file',
      'photo.jsonl',
      Buffer.from([0xff, 0xd8, 0, 10, 1, 2]),
      /holds no record of a step.*line 1: /,
    ],
    [
      'JSON of another kind',
      'other.jsonl',
      '{"name":"x"}\n',
      /holds no record.*line 1: expected an object with the key/,
    ],
    [
      'a log of another version',
      'new.jsonl',
      '{"facts":{"schema":2}}\n',
      /line 1: facts\.schema is 2, but this version of gradient-health reads schema 1 only/,
    ],
  ])('%s', async (_, name, text, message) => {
    const path = text === undefined ? join(folder, name) : file(name, text);
    const { code, out, err } = await cli('report', path);
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(/^gradient-health: /);
    expect(err).toMatch(message);
  });

  test('a report in the place of its log', async () => {
    const log = file('same.jsonl', logOf(history({ steps: 1 })));
    const { code, err } = await cli('report', log, '-o', log);
    expect([code, err]).toEqual([1, `gradient-health: the report would overwrite its own log, ${log}`]);
    expect(readFileSync(log, 'utf8')).toContain('"facts"');
  });

  test.each([
    [['paint', 'x'], 'there is no command paint; there are report and live'],
    [['report'], 'report needs a log, as jsonlSink writes it'],
    [['report', 'a', 'b'], 'report takes one log, got 2'],
    [['live', 'a', '--port', 'http'], '--port must be a whole number from 0 to 65535, got http'],
    [['live', 'a', '--port', '70000'], '--port must be a whole number from 0 to 65535, got 70000'],
    [['live', 'a', '--prot', '1'], "Unknown option '--prot'"],
  ])('the words %j', async (words, message) => {
    const { code, err } = await cli(...words);
    expect(code).toBe(2);
    expect(err).toContain(`gradient-health: ${message}`);
    expect(err).toContain('Try gradient-health --help.');
  });
});

test('prints its version', async () => {
  expect(await cli('--version')).toEqual({ code: 0, out: '1.2.3', err: '' });
});

test('without words it tells how it is used', async () => {
  for (const words of [[], ['--help']]) {
    const { code, out } = await cli(...words);
    expect(code).toBe(0);
    expect(out).toContain('gradient-health report LOG [-o FILE]');
  }
});
