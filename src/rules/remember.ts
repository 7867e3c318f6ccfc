import type { Run, StepRecord } from '../record/run.js';

interface Known<T> {
  readonly model: Run['model'];
  readonly data: Run['data'];
  readonly length: number;
  readonly first: StepRecord | undefined;
  readonly last: StepRecord | undefined;
  readonly value: T;
}

/** Computes once for each state of a run what several rules ask for. A live run grows in place, so its ends are compared. */
export function remember<T>(compute: (run: Run) => T): (run: Run) => T {
  const known = new WeakMap<Run['steps'], Known<T>>();
  return (run) => {
    const { model, data, steps } = run;
    const [first, last, { length }] = [steps[0], steps.at(-1), steps];
    const old = known.get(steps);
    if (old?.length === length && old.last === last && old.first === first) {
      if (old.model === model && old.data === data) return old.value;
    }
    const value = compute(run);
    known.set(steps, { model, data, length, first, last, value });
    return value;
  };
}
