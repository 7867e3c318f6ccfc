import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { liveSink } from '../../src/cli/live-sink.js';
import { runCli } from '../../src/cli/run-cli.js';
import { createFollower } from '../../src/dashboard/page/follow-news.js';
import type { Finding } from '../../src/record/finding.js';
import { jsonlLine } from '../../src/record/jsonl.js';
import type { Run } from '../../src/record/run.js';
import { jsonlSink } from '../../src/sinks/jsonl-sink.js';
import { history } from '../rules/histories.js';
import { endLine, logOf } from './log.js';

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** As a client that sends what it likes: `fetch` would set the host and tidy the path. */
function ask(url: string, options: { path?: string; host?: string; method?: string } = {}): Promise<Answer> {
  const { hostname, port, pathname, host } = new URL(url);
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        hostname,
        port,
        path: options.path ?? pathname,
        method: options.method ?? 'GET',
        headers: { host: options.host ?? host },
        agent: false,
      },
      (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (text) => {
          body += text;
        });
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
        );
      },
    );
    sent.on('error', reject);
    sent.end();
  });
}

/** News from the page's address, as they come. */
async function* news(url: string): AsyncGenerator<{ event: string; data: string }> {
  const response = await fetch(`${url}events`);
  let open = '';
  for await (const text of response.body!.pipeThrough(new TextDecoderStream())) {
    const parts = (open + text).split('\n\n');
    open = parts.pop() ?? '';
    for (const part of parts) {
      const [, event = '', data = ''] = /^event: (.*)\ndata: (.*)$/.exec(part) ?? [];
      yield { event, data };
    }
  }
}

const isOpen = (url: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });

const run: Run = history({ steps: 3 });
const { steps, ...facts } = run;

describe('the server', () => {
  const sink = liveSink({ onListening: () => {} });
  let url: string;
  beforeAll(async () => {
    url = await sink.url;
    await sink.open?.(facts);
    for (const record of steps) await sink.write(record);
  });
  afterAll(() => sink.close?.());

  test('is on this machine alone, with a secret of 32 characters', () => {
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{32}\/$/);
  });

  test('gives the page as it is now, to be kept by nobody', async () => {
    const { status, headers, body } = await ask(url);
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'content-type': 'text/html; charset=utf-8',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    });
    expect(body).toContain('No trouble found in 3 recorded steps');
    expect(body).toContain('connect-src &#39;self&#39;');
  });

  test.each([
    ['no secret', { path: '/' }, 403],
    ['a wrong secret', { path: `/${'A'.repeat(32)}/` }, 403],
    ['a wrong secret of another length', { path: '/x/' }, 403],
    ['the news without the secret', { path: '/events' }, 403],
    ['the host of another site that leads here', { host: 'evil.example' }, 403],
    ['the right host with another port', { host: '127.0.0.1:1' }, 403],
    ['another method', { method: 'POST' }, 405],
  ])('refuses %s', async (_, options, status) => {
    const answer = await ask(url, options);
    expect(answer.status).toBe(status);
    expect(answer.body).toBe(`${status}\n`);
  });

  test.each([
    'package.json',
    '../package.json',
    '..%2f..%2fetc%2fpasswd',
    '../../../etc/passwd',
    'events/x',
    '%00',
  ])('has nothing at %s', async (path) => {
    const { status } = await ask(url, { path: new URL(url).pathname + path });
    expect(status).toBe(404);
  });

  test('knows this machine by its other name too', async () => {
    const { status } = await ask(url, { host: `localhost:${new URL(url).port}` });
    expect(status).toBe(200);
  });
});

test('news come as they are made, then the end, and the port is closed', async () => {
  const sink = liveSink({ onListening: () => {} });
  const url = await sink.url;
  await sink.open?.(facts);
  const late: Finding = {
    ...{ rule: 'late', severity: 'warning', where: 'model', firstStep: 2, lastStep: 2 },
    ...{ evidence: {}, message: '', remedies: [] },
  };
  const seen: string[] = [];
  let lastVerdict = '';
  const follow = createFollower();
  let ended: Promise<void> | undefined;
  for await (const { event, data } of news(url)) {
    if (event === 'end') break;
    const { columns, verdict } = follow(JSON.parse(data));
    seen.push(`${columns.length} steps`);
    lastVerdict = verdict;
    const next = steps[columns.length];
    if (next) await sink.write(next);
    else if (seen.length === 4) {
      // Made of the last record, as rules find it: it is the last news.
      await sink.finding?.(late);
      ended = Promise.resolve(sink.close?.());
    }
  }
  await ended;
  expect(lastVerdict).toBe('Training suffers: late since step 2.');
  expect(seen).toEqual(['0 steps', '1 steps', '2 steps', '3 steps', '3 steps']);
  expect(await isOpen(url)).toBe(false);
});

test('a finding is on the page with the next record', async () => {
  const sink = liveSink({ onListening: () => {} });
  const url = await sink.url;
  await sink.finding?.({
    ...{ rule: 'odd', severity: 'warning', where: '<b>x</b>', firstStep: 0, lastStep: 0 },
    evidence: {},
    message: '</script>',
    remedies: [],
  });
  await sink.write(steps[0]!);
  const { body } = await ask(url);
  expect(body).toContain('Training suffers: odd at &lt;b&gt;x&lt;/b&gt; since step 0');
  expect(body).not.toContain('<b>');
  await sink.close?.();
});

test('a port that is taken is told to the monitor and to whoever asks', async () => {
  const first = liveSink({ onListening: () => {} });
  const port = Number(new URL(await first.url).port);
  const second = liveSink({ port, onListening: () => {} });
  await expect(second.url).rejects.toThrow('EADDRINUSE');
  await expect(second.open?.(facts)).rejects.toThrow('EADDRINUSE');
  await first.close?.();
  expect(() => liveSink({ port: -1 })).toThrow(
    'liveSink: port must be a whole number from 0 to 65535, got -1',
  );
});

describe('gradient-health live', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gradient-health-live-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Starts the command; resolves with its address. */
  async function start(log: string, signal: AbortSignal, ...more: string[]) {
    const out: string[] = [];
    let told: (url: string) => void = () => {};
    const url = new Promise<string>((resolve) => {
      told = resolve;
    });
    const terminal = {
      out: (line: string) => {
        out.push(line);
        const address = /http:\S+/.exec(line)?.[0];
        if (address) told(address);
      },
      err: (line: string) => out.push(line),
    };
    const ended = runCli(['live', log, ...more], signal, terminal, '1.2.3');
    return { out, ended, url: await url };
  }

  test('follows a log that grows, half lines included, until it is told to stop', async () => {
    const log = join(folder, 'grows.jsonl');
    const [head = '', first = '', second = '', third = ''] = logOf(run).match(/.*\n/g) ?? [];
    writeFileSync(log, head + first + second.slice(0, 30));
    const stopping = new AbortController();
    const { url, ended, out } = await start(log, stopping.signal);
    const seen: number[] = [];
    const follow = createFollower();
    for await (const { event, data } of news(url)) {
      if (event === 'end') break;
      const { length } = follow(JSON.parse(data)).columns;
      if (length === seen.at(-1)) continue;
      seen.push(length);
      if (length === 1) appendFileSync(log, second.slice(30));
      else if (length === 2) appendFileSync(log, `broken\n${third}`);
      else stopping.abort();
    }
    expect(await ended).toBe(0);
    expect(seen).toEqual([1, 2, 3]);
    expect(await isOpen(url)).toBe(false);
    expect(out.at(-1)).toMatch(
      /^No trouble found in 3 recorded steps.* 3 records were read; 1 lines are no part of a run\.$/,
    );
  });

  test('waits for a log that is not there yet, and no longer than for one that does not grow', async () => {
    const log = join(folder, 'later.jsonl');
    const out: string[] = [];
    const terminal = {
      out: (line: string) => {
        out.push(line);
        if (line.startsWith('Waiting')) writeFileSync(log, logOf(run) + endLine);
      },
      err: (line: string) => void out.push(line),
    };
    const { signal } = new AbortController();
    expect(await runCli(['live', log], signal, terminal, '1.2.3')).toBe(0);
    expect(out[0]).toBe(`Waiting for ${log} (Ctrl-C ends it)`);
    expect(out.at(-1)).toMatch(/^The run has ended/);
    const never = join(folder, 'never.jsonl');
    expect(await runCli(['live', never, '--idle', '0'], signal, terminal, '1.2.3')).toBe(1);
    expect(await runCli(['live', never], AbortSignal.abort(), terminal, '1.2.3')).toBe(1);
    expect(out.at(-1)).toBe(`gradient-health: there is no file ${never}`);
  });

  test('closes the port when the run ends, after a last picture of all of it', async () => {
    const log = join(folder, 'to-its-end.jsonl');
    const sink = jsonlSink((line) => appendFileSync(log, line));
    await sink.open?.(facts);
    await sink.write(steps[0]!);
    const { url, ended, out } = await start(log, new AbortController().signal);
    const seen: string[] = [];
    const follow = createFollower();
    for await (const { event, data } of news(url)) {
      seen.push(event === 'end' ? event : `${follow(JSON.parse(data)).columns.length} steps`);
      if (seen.length > 1) continue;
      for (const record of steps.slice(1)) await sink.write(record);
      await sink.close?.();
    }
    expect(await ended).toBe(0);
    expect(seen).toEqual(['1 steps', '3 steps', 'end']);
    expect(await isOpen(url)).toBe(false);
    expect(out.slice(1)).toEqual([
      expect.stringMatching(/^No trouble found in 3 recorded steps.* 3 records were read\.$/),
      `The run has ended: gradient-health report ${log} writes its page.`,
    ]);
  });

  test('follows a run that was resumed behind its end', async () => {
    const log = join(folder, 'resumed.jsonl');
    const [head = '', first = '', second = '', third = ''] = logOf(run).match(/.*\n/g) ?? [];
    writeFileSync(log, head + first + endLine + head + second);
    const { url, ended } = await start(log, new AbortController().signal);
    expect(await isOpen(url)).toBe(true);
    appendFileSync(log, third + endLine);
    expect(await ended).toBe(0);
    expect(await isOpen(url)).toBe(false);
  });

  test('opens no port for a run that has ended already, and says how its page is written', async () => {
    const log = join(folder, 'over.jsonl');
    writeFileSync(log, logOf(run) + endLine);
    const out: string[] = [];
    const terminal = {
      out: (line: string) => void out.push(line),
      err: (line: string) => void out.push(line),
    };
    expect(await runCli(['live', log], new AbortController().signal, terminal, '1.2.3')).toBe(0);
    expect(out.join('\n')).not.toContain('http');
    expect(out.at(-1)).toBe(`The run has ended: gradient-health report ${log} writes its page.`);
    expect(readFileSync(log, 'utf8')).toBe(logOf(run) + endLine);
  });

  test('ends by itself when the log grows no more', async () => {
    const log = join(folder, 'ended.jsonl');
    writeFileSync(log, logOf(run));
    const { url, ended } = await start(log, new AbortController().signal, '--idle', '0');
    expect(await ended).toBe(0);
    expect(await isOpen(url)).toBe(false);
  });

  test('says so when the log is written anew by another run', async () => {
    const log = join(folder, 'anew.jsonl');
    writeFileSync(log, logOf(run));
    const { ended, out } = await start(log, new AbortController().signal);
    writeFileSync(log, jsonlLine({ facts }));
    expect(await ended).toBe(1);
    expect(out.at(-1)).toMatch(/anew\.jsonl became shorter: it is another run now$/);
  });
});
