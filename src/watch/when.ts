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
