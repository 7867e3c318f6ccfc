import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { jsonlSink, type Monitor, readJsonl, type Sink, watch } from 'gradient-health';
import { nodeFile, tensorBoardSink } from 'gradient-health/tensorboard';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readEvents } from '../sinks/tensorboard/read-events.js';
import { compiled, data, weightsOf } from '../watch/models.js';

// Whatever becomes of a sink, training ends as it would have, and what was written before can be read.

const STEPS = 12;
const folder = mkdtempSync(join(tmpdir(), 'gradient-health-full-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function train(sinks?: readonly Sink[]): Promise<{ weights: Float32Array[]; monitor: Monitor }> {
  const model = compiled();
  const monitor = watch(model, { quiet: true, ...(sinks && { sinks }) });
  const { x, y } = data();
  await model.fit(x, y, { epochs: STEPS, batchSize: 32, shuffle: false, verbose: 0 });
  await monitor.stop();
  return { weights: await weightsOf(model), monitor };
}

let undisturbed: Float32Array[];
beforeAll(async () => {
  undisturbed = (await train()).weights;
});

const noSpace = (): Error =>
  Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });

/** A disk with room for so many bytes: what no longer fits is cut off, as `write` of a file system does it. */
function disk(room: number) {
  let left = room;
  return (path: string, bytes: Uint8Array): void => {
    appendFileSync(path, bytes.subarray(0, left));
    const isFull = bytes.length > left;
    left = Math.max(0, left - bytes.length);
    if (isFull) throw noSpace();
  };
}

const parts = ['open', 'write', 'finding', 'close'] as const;
const failures: Readonly<Record<string, (error: Error) => void | Promise<void>>> = {
  throws: (error) => {
    throw error;
  },
  rejects: (error) => Promise.reject(error),
};

describe.each(parts)('a sink whose %s', (part) => {
  test.each(Object.keys(failures))(
    '%s, once or always, leaves training and the other sinks alone',
    async (how) => {
      for (const times of [1, Number.POSITIVE_INFINITY]) {
        let left = times;
        const fail = (): void | Promise<void> =>
          left-- > 0 ? failures[how]?.(new Error('gone')) : undefined;
        const broken: Sink = { write: () => {}, [part]: fail };
        const written: number[] = [];
        const sound: Sink = { write: ({ step }) => void written.push(step) };
        const { weights, monitor } = await train([broken, sound]);
        expect(weights).toEqual(undisturbed);
        expect(monitor.records.length).toBe(STEPS);
        expect(written).toEqual(monitor.records.map(({ step }) => step));
        const told = monitor.findings.filter(({ rule }) => rule === 'sink-failed');
        // A healthy run has no finding to hand on.
        expect(told.map(({ message }) => message)).toEqual(
          part === 'finding' ? [] : [expect.stringContaining('Sink 1 of 2 failed: Error: gone')],
        );
      }
    },
  );
});

describe('a disk that is full', () => {
  test('ends a log of lines in the middle of one; all before it are read', async () => {
    const path = join(folder, 'run.jsonl');
    const append = disk(20_000);
    const { weights, monitor } = await train([jsonlSink((line) => append(path, Buffer.from(line)))]);
    expect(weights).toEqual(undisturbed);
    expect(monitor.findings.map(({ message }) => message)).toEqual([expect.stringContaining('ENOSPC')]);
    const { steps } = readJsonl(readFileSync(path, 'utf8'));
    expect(steps.length).toBeGreaterThan(2);
    expect(steps.length).toBeLessThan(STEPS);
    expect(steps).toEqual(monitor.records.slice(0, steps.length));
  });

  test('and has room again later loses the lines between; the others are read where broken ones may be skipped', async () => {
    const path = join(folder, 'again.jsonl');
    let fails = 0;
    const sink = jsonlSink((line) => {
      const isLost = line.includes('"step":4,') || line.includes('"step":5,');
      appendFileSync(path, isLost ? line.slice(0, fails++ === 0 ? 40 : 0) : line);
      if (isLost) throw noSpace();
    });
    await train([sink]);
    const text = readFileSync(path, 'utf8');
    expect(() => readJsonl(text)).toThrow(/^readJsonl: line \d+ is not JSON/);
    // What came right after the torn line stands on it: the facts, which are told anew now and then, or step 6.
    const steps = readJsonl(text, { skipBroken: true }).steps.map(({ step }) => step);
    expect([0, 1, 2, 3, 7, 8, 9, 10, 11].filter((step) => !steps.includes(step))).toEqual([]);
    expect(steps.filter((step) => step === 4 || step === 5)).toEqual([]);
  });

  test('closes a stream; the lines that it took are read', async () => {
    const taken: string[] = [];
    let room = 5;
    const stream = new Writable({
      decodeStrings: false,
      write(line: string, _encoding, done) {
        if (room-- > 0) taken.push(line);
        done(room < 0 ? noSpace() : null);
      },
    });
    stream.on('error', () => {});
    const sink = jsonlSink(
      (line) =>
        new Promise<void>((resolve, reject) => {
          stream.write(line, (error) => (error ? reject(error) : resolve()));
        }),
    );
    const { weights, monitor } = await train([sink]);
    expect(weights).toEqual(undisturbed);
    expect(monitor.findings.map(({ message }) => message)).toEqual([expect.stringContaining('ENOSPC')]);
    expect(monitor.records.length).toBe(STEPS);
    const { steps } = readJsonl(taken.join(''));
    expect(steps.length).toBeGreaterThan(1);
    expect(steps).toEqual(monitor.records.slice(0, steps.length));
  });

  test('ends an event file in the middle of an event; all before it are read', async () => {
    // The first events hold histograms, of some thousand bytes each.
    const room = 16_000;
    const append = disk(room);
    const fs = { mkdirSync, appendFileSync: append };
    const { weights, monitor } = await train([tensorBoardSink(nodeFile(fs, join(folder, 'events')))]);
    expect(weights).toEqual(undisturbed);
    expect(monitor.findings.map(({ message }) => message)).toEqual([expect.stringContaining('ENOSPC')]);
    const [name = ''] = readdirSync(join(folder, 'events'));
    const bytes = readFileSync(join(folder, 'events', name));
    expect(bytes.length).toBe(room);
    const whole = wholeRecords(bytes);
    const steps = readEvents(bytes.subarray(0, whole)).flatMap(({ values, step }) =>
      values.length > 0 ? [step] : [],
    );
    expect(whole).toBeLessThan(bytes.length);
    expect(new Set(steps)).toEqual(new Set(Array.from({ length: steps.length }, (_, step) => step)));
    expect(steps.length).toBeGreaterThan(1);
  });
});

/** Bytes up to the record that was cut off: a length of 8 bytes, 4 of its checksum, the message and 4 of its checksum. */
function wholeRecords(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  while (at + 12 <= bytes.length) {
    const end = at + 12 + Number(view.getBigUint64(at, true)) + 4;
    if (end > bytes.length) break;
    at = end;
  }
  return at;
}
