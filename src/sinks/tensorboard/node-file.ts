import { type EventFile, eventFileName } from './event-file.js';

/** The two functions of `node:fs` that {@link nodeFile} needs. */
export interface FileSystem {
  /** Makes a folder, and those above it. */
  mkdirSync(path: string, options: { recursive: true }): unknown;
  /** Appends to a file, which it makes where there is none. */
  appendFileSync(path: string, bytes: Uint8Array): void;
}

/**
 * An event file in Node: a new file of a folder, made with the first value. Every value is with the operating system as
 * soon as it is written, so that the file is whole after a crash of the program.
 *
 * Cost: three system calls for each record. Give each run its own folder; `tensorboard --logdir` takes the folder above.
 *
 * @param fs - `node:fs`, or another that has its `mkdirSync` and `appendFileSync`. The library itself names no module of Node.
 * @param folder - Made where there is none. A run that is resumed may go on in the same folder.
 * @example
 * ```ts
 * import * as fs from 'node:fs';
 * import { nodeFile, tensorBoardSink } from 'gradient-health/tensorboard';
 *
 * const sink = tensorBoardSink(nodeFile(fs, 'out/logs/run-1')); // then: watch(model, { sinks: [sink] })
 * ```
 */
export function nodeFile(fs: FileSystem, folder: string): EventFile {
  if (typeof fs?.appendFileSync !== 'function' || typeof fs.mkdirSync !== 'function') {
    throw new TypeError(
      `nodeFile: fs must have mkdirSync and appendFileSync, got ${fs === null ? 'null' : typeof fs}; pass \`import * as fs from 'node:fs'\``,
    );
  }
  let path: string | undefined;
  return {
    write(bytes) {
      if (path === undefined) {
        fs.mkdirSync(folder, { recursive: true });
        path = `${folder}/${eventFileName()}`;
      }
      fs.appendFileSync(path, bytes);
    },
  };
}
