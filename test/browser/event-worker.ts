/** A worker that writes records into the file that it is sent. */
import { tensorBoardSink } from '../../src/sinks/tensorboard/tensor-board-sink.js';
import { fullRecord } from '../sinks/tensorboard/recorded.js';

/** As workers have it; the types of the DOM know none. */
interface AccessHandle {
  write(bytes: Uint8Array<ArrayBuffer>): number;
  close(): void;
}

self.onmessage = async ({ data }: MessageEvent<{ createSyncAccessHandle(): Promise<AccessHandle> }>) => {
  const sink = tensorBoardSink(await data.createSyncAccessHandle());
  for (const step of [0, 1, 2]) await sink.write(fullRecord(step));
  await sink.close?.();
  self.postMessage('done');
};
