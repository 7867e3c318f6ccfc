import { concatBytes } from './concat-bytes.js';
import type { EventFile } from './event-file.js';

/** What {@link browserFile} needs of a `FileSystemFileHandle`. */
export interface FileHandle {
  /** Resolves to the file as it is now. */
  getFile(): Promise<{
    /** Its length in bytes. */
    readonly size: number;
  }>;
  /** Resolves to a stream whose content becomes the file's when it is closed. */
  createWritable(options: {
    /** Begin with what the file holds. */
    readonly keepExistingData: boolean;
  }): Promise<{
    /** Puts bytes at a position. */
    write(chunk: {
      /** That bytes are to be written. */
      readonly type: 'write';
      /** Where, in bytes from the beginning. */
      readonly position: number;
      /** The bytes. */
      readonly data: Uint8Array<ArrayBuffer>;
    }): Promise<void>;
    /** Replaces the file by what was written. */
    close(): Promise<void>;
  }>;
}

/** Options of {@link browserFile}. */
export interface BrowserFileOptions {
  /**
   * Milliseconds between two times at which the file is brought up to date.
   *
   * @default 5000
   */
  readonly everyMs?: number;
}

/**
 * An event file in the browser, in a folder of the user's (File System Access) or in the page's own storage (OPFS).
 *
 * What is written waits in memory until the file is brought up to date: with the first value after `everyMs`, and when it is
 * closed. Each time the browser replaces the file as a whole, so that it is readable whenever the page ends; values of the
 * last `everyMs` are then missing. When bringing it up to date fails, nothing is lost and the next time tries again.
 *
 * Cost: browsers copy the file each time. In a worker, the `FileSystemSyncAccessHandle` of a new file takes the place of this
 * one and writes at once: `tensorBoardSink(await handle.createSyncAccessHandle())`.
 *
 * @param handle - Of the file to append to, for example from `showSaveFilePicker({ suggestedName: eventFileName() })`.
 * @param options - How often.
 * @throws RangeError when `everyMs` is negative or NaN.
 * @example
 * ```ts
 * import { browserFile, eventFileName, tensorBoardSink } from 'gradient-health/tensorboard';
 *
 * if (typeof navigator !== 'undefined' && navigator.storage !== undefined) {
 *   const folder = await navigator.storage.getDirectory(); // or `await showDirectoryPicker({ mode: 'readwrite' })`
 *   const handle = await folder.getFileHandle(eventFileName(), { create: true });
 *   const sink = tensorBoardSink(browserFile(handle)); // then: watch(model, { sinks: [sink] })
 * }
 * ```
 */
export function browserFile(handle: FileHandle, { everyMs = 5000 }: BrowserFileOptions = {}): EventFile {
  if (!(everyMs >= 0)) throw new RangeError(`browserFile: everyMs must be 0 or more, got ${everyMs}`);
  const waiting: Uint8Array<ArrayBuffer>[] = [];
  let savedMs = performance.now();
  async function save(): Promise<void> {
    if (waiting.length === 0) return;
    savedMs = performance.now();
    const count = waiting.length;
    const { size } = await handle.getFile();
    const stream = await handle.createWritable({ keepExistingData: true });
    await stream.write({ type: 'write', position: size, data: concatBytes(waiting.slice(0, count)) });
    await stream.close();
    waiting.splice(0, count);
  }
  return {
    write(bytes) {
      waiting.push(bytes);
      return performance.now() - savedMs >= everyMs ? save() : undefined;
    },
    close: save,
  };
}
