import { rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { build } from 'esbuild';
import { fromJson, type Run, type StepRecord } from 'gradient-health';
import { type Browser, chromium } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Consumer, installConsumer } from '../../consumers/consumer.js';

// The packed library in a page and in a worker, where their policy allows WebAssembly and where it does not.

/** What `browser.mjs` answers. */
interface Answer {
  readonly webAssembly: boolean;
  readonly dense: Run;
  readonly recurrent: Run;
}

const policies = { open: "script-src 'self' 'wasm-unsafe-eval'", strict: "script-src 'self'" } as const;

let consumer: Consumer;
let server: Server;
let browser: Browser;

beforeAll(async () => {
  consumer = installConsumer();
  const { outputFiles } = await build({
    entryPoints: [join(consumer.folder, 'browser.mjs')],
    bundle: true,
    format: 'iife',
    platform: 'browser',
    logLevel: 'silent',
    write: false,
  });
  const files: Readonly<Record<string, string>> = {
    page: '<!doctype html><script src="program.js"></script>',
    worker: '<!doctype html><script src="start.js"></script>',
    'start.js': "new Worker('program.js').onmessage = ({ data }) => { globalThis.answer = data; };",
    'program.js': outputFiles[0]?.text ?? '',
  };
  server = createServer(({ url = '' }, response) => {
    const [, policy = '', file = ''] = url.split('/');
    response.setHeader('content-type', file.endsWith('.js') ? 'text/javascript' : 'text/html');
    // A worker's policy is that of its own script, so every file carries it.
    const scripts = policy === 'strict' ? policies.strict : policies.open;
    response.setHeader('content-security-policy', `default-src 'none'; worker-src 'self'; ${scripts}`);
    response.end(files[file] ?? '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  browser = await chromium.launch({
    executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-quic', '--disable-background-networking', '--disable-component-update'],
  });
});

afterAll(async () => {
  await browser?.close();
  server?.close();
  rmSync(consumer.folder, { recursive: true });
});

async function visit(policy: keyof typeof policies, file: 'page' | 'worker'): Promise<Answer> {
  const page = await browser.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  const { port } = server.address() as AddressInfo;
  await page.goto(`http://127.0.0.1:${port}/${policy}/${file}`);
  await page.waitForFunction(() => 'answer' in globalThis);
  const answer = await page.evaluate(() => JSON.stringify((globalThis as { answer?: unknown }).answer));
  await page.close();
  expect(faults).toEqual([]);
  const { webAssembly, dense, recurrent, error } = JSON.parse(answer);
  expect(error).toBeUndefined();
  return {
    webAssembly,
    dense: fromJson(JSON.stringify(dense)),
    recurrent: fromJson(JSON.stringify(recurrent)),
  };
}

/** Every number of the records but clocks, by its place. */
function numbersOf(records: readonly StepRecord[]): Map<string, number> {
  const numbers = new Map<string, number>();
  const walk = (value: unknown, place: string): void => {
    if (typeof value === 'number') numbers.set(place, value);
    else if (typeof value === 'object' && value !== null)
      for (const [key, item] of Object.entries(value)) walk(item, `${place}/${key}`);
  };
  for (const { wallTimeMs, watchShare, ...record } of records) walk(record, String(record.step));
  return numbers;
}

/** Places whose numbers are farther apart than `tolerance` of their own size or of 1e-3. */
function differences(a: Run, b: Run, tolerance: number): string[] {
  const [before, after] = [numbersOf(a.steps), numbersOf(b.steps)];
  expect([...after.keys()]).toEqual([...before.keys()]);
  return [...before]
    .filter(([place, x]) => {
      const y = after.get(place) ?? Number.NaN;
      return x !== y && !(Math.abs(x - y) <= tolerance * Math.max(Math.abs(x), Math.abs(y), 1e-3));
    })
    .map(([place, x]) => `${place}: ${x}, ${after.get(place)}`);
}

describe.each(['page', 'worker'] as const)('a %s', (file) => {
  test('whose policy refuses WebAssembly records the same by the twins of the kernels', async () => {
    const [allowed, refused] = [await visit('open', file), await visit('strict', file)];
    // Else this would test nothing.
    expect([allowed.webAssembly, refused.webAssembly]).toEqual([true, false]);
    expect(refused.dense.steps.length).toBe(8);
    // The cpu backend trains bit by bit alike, and sums in float64 differ by their order alone.
    expect(differences(allowed.dense, refused.dense, 1e-12)).toEqual([]);
    // Training itself runs in the kernels here, whose float32 results are good to 1e-6 of a step; eight steps add up.
    const { steps } = refused.recurrent;
    expect(steps.length).toBe(8);
    for (const [index, { loss, globalNorm, throughTime }] of steps.entries()) {
      const other = allowed.recurrent.steps[index];
      expect(loss).toBeCloseTo(other?.loss ?? Number.NaN, 5);
      expect(globalNorm).toBeCloseTo(other?.globalNorm ?? Number.NaN, 5);
      expect(throughTime?.['memory']?.hiddenGradientNorms.length).toBe(6);
    }
  });
});
