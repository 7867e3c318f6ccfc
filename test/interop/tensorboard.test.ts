import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { findingSummary } from '../../src/sinks/tensorboard/finding-summary.js';
import { recordSummaries } from '../../src/sinks/tensorboard/record-summaries.js';
import { tag } from '../../src/sinks/tensorboard/tag.js';
import { readRecords } from '../sinks/tensorboard/read-events.js';
import { logs, trainVanishing, type Written, writeByHand } from './runs.js';
import { out, type Reading, readFolders } from './tensorboard.js';

let written: readonly Written[];
let readings: readonly Reading[];
beforeAll(async () => {
  rmSync(logs, { recursive: true, force: true });
  written = [await trainVanishing(), await writeByHand()];
  readings = readFolders(written.map(({ folder }) => folder));
});

/** What should be read, by tag: step, seconds, value. */
function expected({ records, findings }: Written) {
  const scalars: Record<string, [number, number, number | string][]> = {};
  const histograms: Record<string, [number, number, unknown][]> = {};
  const texts: Record<string, [number, unknown, string][]> = {};
  const isLayer = () => false; // no layer of these runs has a layer in it
  for (const record of records) {
    for (const summary of recordSummaries(record, isLayer)) {
      const name = tag(summary.tag);
      const when = [record.step, record.wallTimeMs / 1000] as const;
      if ('scalar' in summary) {
        const { scalar } = summary;
        const value = Number.isFinite(scalar) ? scalar : String(scalar);
        scalars[name] = [...(scalars[name] ?? []), [...when, value]];
      }
      if ('histogram' in summary)
        histograms[name] = [...(histograms[name] ?? []), [...when, summary.histogram]];
    }
  }
  for (const finding of findings) {
    const summary = findingSummary(finding);
    if ('text' in summary) texts[tag(summary.tag)] = [[finding.firstStep, expect.any(Number), summary.text]];
  }
  return { scalars, histograms, texts };
}

describe.each([
  ['vanishing', 0],
  ['by-hand', 1],
] as const)("TensorBoard's EventAccumulator, of the run %s", (_, run) => {
  test('reads every scalar to 1e-6, with its step and its time', () => {
    const [wanted, found] = [expected(written[run]!).scalars, readings[run]!.scalars];
    expect(Object.keys(found).sort()).toEqual(Object.keys(wanted).sort());
    expect(Object.keys(found).length).toBeGreaterThan(10);
    for (const [name, events] of Object.entries(wanted)) {
      expect(found[name], name).toHaveLength(events.length);
      for (const [i, [step, wallTime, value]] of events.entries()) {
        const [foundStep, foundTime, foundValue] = found[name]![i]!;
        expect([foundStep, foundTime], name).toEqual([step, wallTime]);
        if (typeof value === 'string') expect(foundValue, name).toBe(value);
        else expect(Math.abs(Number(foundValue) - value), name).toBeLessThanOrEqual(1e-6 * Math.abs(value));
      }
    }
  });

  test('reads every histogram exactly: edges and counts', () => {
    const wanted = expected(written[run]!).histograms;
    expect(Object.keys(wanted).length).toBeGreaterThan(2);
    expect(readings[run]!.histograms).toEqual(wanted);
  });

  test('counts in a histogram every finite element of the tensor', () => {
    const { records } = written[run]!;
    for (const { step, variables } of records) {
      for (const [key, { gradient }] of Object.entries(variables)) {
        if (!gradient?.histogram) continue;
        const event = readings[run]!.histograms[tag(`gradients/${key}`)]?.find(([at]) => at === step);
        const count = event?.[2].reduce((sum, [, , each]) => sum + each, 0);
        expect(count, `${key} at ${step}`).toBe(gradient.size - gradient.nans - gradient.infs);
      }
    }
  });

  test('reads every finding as a text', () => {
    const wanted = expected(written[run]!).texts;
    expect(Object.keys(wanted).length).toBeGreaterThan(0);
    expect(readings[run]!.texts).toEqual(wanted);
  });
});

test('a program that is killed leaves a file that TensorBoard reads, every record up to the kill', async () => {
  const folder = join(out, 'killed');
  rmSync(folder, { recursive: true, force: true });
  const script = join(import.meta.dirname, 'write-until-killed.ts');
  const program = spawn(process.execPath, ['--import', 'tsx', script, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(program.stdout, 'data');
  program.kill('SIGKILL');
  await once(program, 'exit');

  const [reading] = readFolders([folder]);
  const steps = (reading?.scalars['all/loss'] ?? []).map(([step]) => step);
  expect(steps.length).toBeGreaterThan(100);
  expect(steps).toEqual(Array.from(steps, (_, i) => i));
});

describe('of a damaged file TensorBoard reads what stands before the damage', () => {
  const damaged = join(out, 'damaged');
  let bytes: Uint8Array;
  /** Where each record ends. */
  let ends: number[];
  beforeAll(() => {
    const { folder } = written[1]!;
    bytes = readFileSync(join(folder, readdirSync(folder)[0]!));
    ends = [];
    for (const message of readRecords(bytes)) ends.push((ends.at(-1) ?? 0) + 12 + message.length + 4);
    rmSync(damaged, { recursive: true, force: true });
  });

  /** Steps whose loss TensorBoard reads of each file. */
  function steps(files: readonly Uint8Array[]): number[][] {
    const folders = files.map((file, i) => {
      const folder = join(damaged, String(i));
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'events.out.tfevents.1'), file);
      return folder;
    });
    return readFolders(folders).map(({ scalars }) => (scalars['all/loss'] ?? []).map(([step]) => step));
  }
  /** The first record is the version of the file, the others hold steps 0, 10, 20, ... and a finding. */
  const stepsBefore = (position: number): number[] =>
    Array.from({ length: Math.max(0, ends.filter((end) => end <= position).length - 1) }, (_, i) => 10 * i);

  test('where it was cut off', () => {
    const third = ends[2]!;
    const cuts = [
      0,
      5,
      ends[0]!,
      third,
      third + 1,
      third + 8,
      third + 12,
      third + 500,
      ends[3]! - 1,
      ends[30]! + 7,
    ];
    expect(steps(cuts.map((cut) => bytes.subarray(0, cut)))).toEqual(cuts.map(stepsBefore));
    expect(stepsBefore(third + 500)).toEqual([0, 10]); // so that the above compares something
  });

  test('where a bit has flipped', () => {
    const third = ends[2]!;
    // In the length, in its checksum, in the message at three places, in the last checksum; in the middle of the file.
    const places = [third, third + 9, third + 12, third + 40, third + 500, ends[3]! - 2, ends[20]! + 100];
    const files = places.map((place, i) => {
      const flipped = new Uint8Array(bytes); // `slice` of a Buffer would share its bytes
      flipped[place] = flipped[place]! ^ (1 << (i % 8));
      return flipped;
    });
    expect(steps(files)).toEqual(places.map(stepsBefore));
    expect(stepsBefore(ends[20]! + 100)).toHaveLength(20);
  });
});
