import { describe, expect, test } from 'vitest';
import { browserFile } from '../../src/sinks/tensorboard/browser-file.js';
import { eventFileName } from '../../src/sinks/tensorboard/event-file.js';
import { tensorBoardSink } from '../../src/sinks/tensorboard/tensor-board-sink.js';
import { readEvents } from '../sinks/tensorboard/read-events.js';
import { fullRecord } from '../sinks/tensorboard/recorded.js';

const steps = async (blob: Blob): Promise<number[]> =>
  readEvents(new Uint8Array(await blob.arrayBuffer()))
    .slice(1)
    .map(({ step }) => step);

const newFile = async (): Promise<FileSystemFileHandle> => {
  const folder = await navigator.storage.getDirectory();
  return folder.getFileHandle(eventFileName(), { create: true });
};

describe('in a browser, event files', () => {
  test('are downloads', async () => {
    const chunks: Uint8Array<ArrayBuffer>[] = [];
    const sink = tensorBoardSink((bytes) => void chunks.push(bytes));
    for (const step of [0, 1, 2]) await sink.write(fullRecord(step));

    const url = URL.createObjectURL(new Blob(chunks));
    expect(await steps(await (await fetch(url)).blob())).toEqual([0, 1, 2]);
    URL.revokeObjectURL(url);
  });

  test('are files of the page, whole whenever they are read', async () => {
    const handle = await newFile();
    const sink = tensorBoardSink(browserFile(handle, { everyMs: 0 }));
    for (const step of [0, 1, 2]) {
      await sink.write(fullRecord(step));
      expect(await steps(await handle.getFile())).toEqual(Array.from({ length: step + 1 }, (_, i) => i));
    }
    await sink.close?.();
  });

  test('keep what waits for a rare update until they are closed', async () => {
    const handle = await newFile();
    const sink = tensorBoardSink(browserFile(handle, { everyMs: 1e9 }));
    for (const step of [0, 1, 2]) await sink.write(fullRecord(step));
    expect((await handle.getFile()).size).toBe(0);
    await sink.close?.();

    expect(await steps(await handle.getFile())).toEqual([0, 1, 2]);
  });

  test('are streams of the browser as they are', async () => {
    const handle = await newFile();
    const sink = tensorBoardSink(await handle.createWritable());
    for (const step of [0, 1, 2]) sink.write(fullRecord(step));
    await sink.close?.();

    expect(await steps(await handle.getFile())).toEqual([0, 1, 2]);
  });

  test('are written at once in a worker', async () => {
    const handle = await newFile();
    const worker = new Worker(new URL('./event-worker.ts', import.meta.url), { type: 'module' });
    worker.postMessage(handle);
    const answer = await new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = reject;
    });
    worker.terminate();

    expect(answer).toBe('done');
    expect(await steps(await handle.getFile())).toEqual([0, 1, 2]);
  });
});
