import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright';
import { createJournal } from '../src/cli/journal.js';
import { htmlPage } from '../src/dashboard/html-page.js';
import { renderHtml } from '../src/dashboard/render-html.js';
import { diagnose, type Run, readJsonl, type StepRecord, stats, toText } from '../src/index.js';
import { jsonlLine } from '../src/record/jsonl.js';
import type { FigureBench } from './harness/figure.js';
import { percentile, processCpuMs } from './harness/measure.js';

const STEPS = 100_000;
const LAYERS = 50;
/** Layers of the run whose log is read: what is read is measured by steps, not by layers. */
const LOGGED_LAYERS = 2;
/** Records that differ; a run of all different ones would take gigabytes. A multiple of ten: every tenth has histograms. */
const DISTINCT = 500;
const ROUNDS = 3;

/** A run of dense layers that learns, with histograms at every tenth step, as `watch` records it. */
function runOf(layers: number): Run {
  const paths = Array.from({ length: layers }, (_, depth) => `dense_${depth + 1}`);
  const noise = (seed: number): number => Math.sin(12.9898 * seed) * Math.cos(78.233 * seed);
  const variables = Array.from({ length: DISTINCT }, (_, step) =>
    Object.fromEntries(
      paths.flatMap((path, depth) =>
        ['kernel', 'bias'].map((weight, w) => {
          const scale = 1e-3 * 10 ** (noise(step + depth) / 4);
          const values = Float32Array.from({ length: 64 }, (_, i) => scale * noise(i + 64 * (step + depth)));
          const gradient = stats.summarize(values, { histogram: step % 10 === 0 });
          const weightNorm = 5 + w;
          const updateNorm = 0.01 * weightNorm * (1 + noise(step) / 2);
          const updateRatio = updateNorm / weightNorm;
          return [`${path}/${weight}`, { gradient, weightNorm, updateNorm, updateRatio }] as const;
        }),
      ),
    ),
  );
  const steps = Array.from(
    { length: STEPS },
    (_, step): StepRecord => ({
      step,
      wallTimeMs: 1_700_000_000_000 + 10 * step,
      loss: 0.1 + 2 * Math.exp(-step / 20_000) + 0.02 * noise(step),
      learningRate: 1e-3,
      globalNorm: 0.1 * (1 + noise(step) / 2),
      variables: variables[step % DISTINCT] ?? {},
    }),
  );
  const model = {
    layers: paths.map((path, depth) => ({
      path,
      className: 'Dense',
      depth,
      inbound: depth === 0 ? [] : [paths[depth - 1] ?? ''],
      activation: 'relu',
      isOutput: depth === layers - 1,
    })),
    loss: 'meanSquaredError',
    optimizer: { className: 'Adam', config: { learningRate: 1e-3 } },
  };
  return { schema: 1, model, backend: { name: 'wasm', epsilon: 1e-7 }, data: null, steps };
}

/** Median seconds of CPU time over the rounds, and the last result. */
function timed<T>(what: string, work: () => T): { readonly seconds: number; readonly result: T } {
  const seconds: number[] = [];
  let result: T | undefined;
  for (let round = 0; round < ROUNDS; round++) {
    result = undefined;
    globalThis.gc?.();
    const before = processCpuMs();
    result = work();
    seconds.push((processCpuMs() - before) / 1000);
    process.stderr.write(`\rreport: ${what}: round ${round + 1} of ${ROUNDS} `);
  }
  process.stderr.write('\n');
  return { seconds: Number(percentile(seconds, 0.5).toFixed(3)), result: result as T };
}

/** As `gradient-health report` does with the records of a log. */
function pageOfLog({ steps, ...facts }: Run): string {
  const journal = createJournal({ judges: true });
  journal.open(facts);
  for (const record of steps) journal.write(record);
  const report = journal.report();
  return htmlPage(journal.news(report), { plain: toText(report) });
}

/** Median seconds until a chart of the page answers to a key; `undefined` without a Chromium. */
async function secondsToOpen(html: string): Promise<number | undefined> {
  const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
  if (!existsSync(executablePath)) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'gradient-health-bench-'));
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  try {
    const file = join(folder, 'report.html');
    writeFileSync(file, html);
    const seconds: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const page = await browser.newPage({ viewport: { width: 1200, height: 900 } });
      const started = performance.now();
      await page.goto(pathToFileURL(file).href);
      await page.locator('#gradients .stage').focus();
      await page.keyboard.press('Home');
      await page.locator('#gradients .note').waitFor();
      seconds.push((performance.now() - started) / 1000);
      await page.close();
    }
    return Number(percentile(seconds, 0.5).toFixed(3));
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true });
  }
}

const report: FigureBench = {
  summary: 'Seconds and megabytes of the page of a long run, and seconds to read its log',
  async *cases() {},
  async *figures() {
    const bench = 'report';
    const size = `${STEPS} steps x ${LAYERS} layers`;
    const run = runOf(LAYERS);
    const whole = timed('page of a run', () => renderHtml(diagnose(run)));
    yield { bench, case: `page of a run of ${size}`, figure: whole.seconds, unit: 's CPU', atMost: 5 };
    const { seconds, result: html } = timed('page of a log', () => pageOfLog(run));
    yield { bench, case: `page of a log of ${size}`, figure: seconds, unit: 's CPU', atMost: 5 };
    const megabytes = Number((Math.max(html.length, whole.result.length) / 1e6).toFixed(3));
    yield { bench, case: `file of ${size}`, figure: megabytes, unit: 'MB', atMost: 5 };
    const opening = await secondsToOpen(html);
    if (opening === undefined) process.stderr.write('report: no Chromium to open the page with\n');
    else yield { bench, case: 'page opens and answers to a key', figure: opening, unit: 's', atMost: 2 };

    const { steps, ...facts } = runOf(LOGGED_LAYERS);
    const log = [jsonlLine({ facts }), ...steps.map((step) => jsonlLine({ step }))].join('');
    const read = timed('reading', () => readJsonl(log).steps.length);
    const what = `readJsonl of ${STEPS} steps x ${LOGGED_LAYERS} layers, ${(log.length / 1e6).toFixed(0)} MB`;
    yield { bench, case: what, figure: read.seconds, unit: 's CPU', atMost: 2 };
  },
};

export default report;
