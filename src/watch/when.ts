/**
 * When to do something: every n steps, starting with the first, or wherever a function of the step number says so.
 */
export type When = number | ((step: number) => boolean);

/** Turns a cadence into its predicate. */
export function schedule(option: string, when: When): (step: number) => boolean {
  if (typeof when === 'function') return when;
  if (!Number.isInteger(when) || when < 1) {
    throw new RangeError(
      `watch: ${option} must be a whole number of steps from 1, or a function of the step, got ${when}`,
    );
  }
  return (step) => step % when === 0;
}

/** Twice in every doubling: 0, 1, 2, 3, 4, 6, 8, 12, 16, 24 and so on, which after a while costs next to nothing. */
export function sparsely(step: number): boolean {
  const unit = 2 ** Math.max(0, Math.floor(Math.log2(Math.max(1, step))) - 1);
  return step % unit === 0;
}
