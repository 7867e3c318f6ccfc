import * as fs from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { browserFile } from '../../../src/sinks/tensorboard/browser-file.js';
import { eventFileName } from '../../../src/sinks/tensorboard/event-file.js';
import { eventWriter } from '../../../src/sinks/tensorboard/event-writer.js';
import { nodeFile } from '../../../src/sinks/tensorboard/node-file.js';
import { readEvents } from './read-events.js';

let folder: string;
beforeAll(() => {
  folder = fs.mkdtempSync(join(tmpdir(), 'gradient-health-events-'));
});
afterAll(() => fs.rmSync(folder, { recursive: true }));

/** Of the values; the record of the version may stand there more than once, which TensorBoard does not mind. */
const steps = (bytes: Uint8Array): number[] =>
  readEvents(bytes)
    .filter(({ version }) => version === undefined)
    .map(({ step }) => step);

describe('eventFileName', () => {
  test('is one that TensorBoard reads, and sorts by time', () => {
    expect(eventFileName(1_700_000_000_007)).toBe('events.out.tfevents.1700000000.007.gradient-health');
    expect(eventFileName(7)).toBe('events.out.tfevents.0000000000.007.gradient-health');
    expect(eventFileName()).toMatch(/^events\.out\.tfevents\.\d{10}\.\d{3}\.gradient-health$/);
  });
});

describe('nodeFile', () => {
  test('appends to a new file of a folder, which is whole after each value', () => {
    const run = join(folder, 'logs/run-1');
    const writer = eventWriter(nodeFile(fs, run));
    expect(fs.existsSync(run)).toBe(false); // nothing to read yet
    for (const step of [0, 1, 2]) {
      writer.scalar('a', step, step);
      const [name, ...others] = fs.readdirSync(run);
      expect(others).toEqual([]);
      expect(name).toMatch(/^events\.out\.tfevents\./);
      expect(steps(fs.readFileSync(join(run, name!)))).toEqual(Array.from({ length: step + 1 }, (_, i) => i));
    }
  });

  test('rejects what is no file system', () => {
    expect(() => nodeFile('logs' as never, 'run')).toThrow(
      new TypeError(
        "nodeFile: fs must have mkdirSync and appendFileSync, got string; pass `import * as fs from 'node:fs'`",
      ),
    );
  });
});

test('a FileHandle of Node is an event file as it is', async () => {
  const path = join(folder, eventFileName());
  const writer = eventWriter(await open(path, 'a'));
  for (const step of [0, 1, 2]) writer.scalar('a', step, step);
  await writer.close();

  expect(steps(fs.readFileSync(path))).toEqual([0, 1, 2]);
});

describe('browserFile', () => {
  /** A file as browsers keep it: a stream replaces it when it is closed. */
  const fakeHandle = () => {
    const state = { content: new Uint8Array(), saves: 0, fails: false };
    const handle = {
      getFile: async () => ({ size: state.content.length }),
      async createWritable({ keepExistingData }: { keepExistingData: boolean }) {
        if (state.fails) throw new Error('no permission');
        let next = keepExistingData ? state.content : new Uint8Array();
        return {
          async write({ position, data }: { position: number; data: Uint8Array<ArrayBuffer> }) {
            const grown = new Uint8Array(position + data.length);
            grown.set(next);
            grown.set(data, position);
            next = grown;
          },
          async close() {
            state.content = next;
            state.saves++;
          },
        };
      },
    };
    return { state, handle };
  };

  test('brings the file up to date at the cadence and when it is closed', async () => {
    const { state, handle } = fakeHandle();
    const now = vi.spyOn(performance, 'now').mockReturnValue(0);
    const writer = eventWriter(browserFile(handle, { everyMs: 1000 }));
    await writer.scalar('a', 0, 0);
    expect(state.saves).toBe(0);
    now.mockReturnValue(1000);
    await writer.scalar('a', 1, 1);
    expect(steps(state.content)).toEqual([0, 1]);
    await writer.scalar('a', 2, 2);
    expect(state.saves).toBe(1);
    await writer.close();
    now.mockRestore();

    expect(steps(state.content)).toEqual([0, 1, 2]);
    expect(state.saves).toBe(2);
  });

  test('loses nothing when that fails', async () => {
    const { state, handle } = fakeHandle();
    const writer = eventWriter(browserFile(handle, { everyMs: 0 }));
    state.fails = true;
    await expect(writer.scalar('a', 0, 0)).rejects.toThrow('no permission');
    state.fails = false;
    await writer.scalar('a', 1, 1);

    expect(steps(state.content)).toEqual([0, 1]);
  });

  test('rejects a cadence below 0', () => {
    expect(() => browserFile(fakeHandle().handle, { everyMs: -1 })).toThrow(
      new RangeError('browserFile: everyMs must be 0 or more, got -1'),
    );
  });
});
