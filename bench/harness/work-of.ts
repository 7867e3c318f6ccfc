import { AsyncLocalStorage, createHook } from 'node:async_hooks';

/** The time that a part of the program takes of this thread. */
export interface Work {
  /** Runs something of that part: the call counts, and every callback that comes of it. */
  run<T>(work: () => T): T;
  /** So far. */
  readonly ms: number;
}

/** Follows timers, sockets and promises to what began them. */
export function workOf(): Work {
  const part = new AsyncLocalStorage<true>();
  let ms = 0;
  let depth = 0;
  let from = 0;
  const enter = (): void => {
    if (depth++ === 0) from = performance.now();
  };
  const leave = (): void => {
    if (--depth === 0) ms += performance.now() - from;
  };
  const open: boolean[] = [];
  createHook({
    before() {
      const counts = part.getStore() === true;
      open.push(counts);
      if (counts) enter();
    },
    after() {
      if (open.pop()) leave();
    },
  }).enable();
  return {
    run: (work) =>
      part.run(true, () => {
        enter();
        try {
          return work();
        } finally {
          leave();
        }
      }),
    get ms() {
      return ms;
    },
  };
}
