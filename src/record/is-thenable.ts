/** Whether something is to be waited for: a promise of any realm, or what acts as one. */
export const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
