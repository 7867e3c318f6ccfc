/**
 * Where the bytes of an event file go. Many things fit as they are: a `FileHandle` of `node:fs/promises` opened for
 * appending, a `FileSystemSyncAccessHandle` of a new file in a worker, a `FileSystemWritableFileStream`.
 */
export interface EventFile {
  /** Appends all of the bytes, which are never changed afterwards. When it returns a promise, the next ones wait for it. */
  write(bytes: Uint8Array<ArrayBuffer>): unknown;
  /** Called once, after the last bytes. */
  close?(): unknown;
}

/**
 * A name for an event file: TensorBoard reads the files whose name holds `tfevents`, those of one folder in the order of
 * their names and as one run.
 *
 * @param nowMs - In milliseconds since the Unix epoch; part of the name, so that a later file of a run comes later.
 * @example
 * ```ts
 * import { eventFileName } from 'gradient-health/tensorboard';
 *
 * console.log(eventFileName(1_700_000_000_042)); // events.out.tfevents.1700000000.042.gradient-health
 * ```
 */
export function eventFileName(nowMs: number = Date.now()): string {
  const seconds = String(Math.floor(nowMs / 1000)).padStart(10, '0');
  const rest = String(Math.floor(nowMs % 1000)).padStart(3, '0');
  return `events.out.tfevents.${seconds}.${rest}.gradient-health`;
}
