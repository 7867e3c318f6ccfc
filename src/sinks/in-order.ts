import { isThenable } from '../record/is-thenable.js';
/** Appends to something, one item after the other. */
export interface InOrder<T> {
  /** Appends an item: at once while nothing is under way, otherwise after all before it. */
  write(item: T): void | Promise<void>;
  /** Resolves once all that was given is written or has failed. */
  settled(): void | Promise<void>;
}

/**
 * Keeps what is appended in order, however long each item takes. When one fails, the caller who gave it gets the failure
 * and the next one is tried.
 *
 * @param append - Synchronous when it returns anything but a promise.
 */
export function inOrder<T>(append: (item: T) => unknown): InOrder<T> {
  let pending: Promise<void> | undefined;
  return {
    write(item) {
      const result = pending === undefined ? append(item) : pending.then(() => append(item));
      if (!isThenable(result)) return;
      const written = Promise.resolve(result);
      // Without the failure: it is the caller's, and must not hold up the items after it.
      const settled: Promise<void> = written.then(ignore, ignore).then(() => {
        if (pending === settled) pending = undefined;
      });
      pending = settled;
      return written.then(ignore);
    },
    settled: () => pending,
  };
}

function ignore(): void {}
