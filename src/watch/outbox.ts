import type { StepRecord } from '../record/run.js';

/** Where steps that are measured wait until their records are made. */
export interface Outbox {
  /**
   * @param make - Makes the record; `undefined` where that failed.
   * @param isUrgent - Whether it cannot wait.
   */
  add(make: () => StepRecord | undefined, isUrgent: boolean): void;
  /** Makes all records that are still to be made. */
  drain(): void;
}

/** Beyond that, waiting longer saves nothing more. */
const MOST_WAITING = 16;

/**
 * Makes records together: after a training step, which has filled the caches with its tensors, the first one takes about
 * five times as long as each that follows it.
 *
 * @param patience - How many may wait.
 * @param take - Receives the records, in step order.
 */
export function createOutbox(patience: () => number, take: (record: StepRecord) => void): Outbox {
  let waiting: (() => StepRecord | undefined)[] = [];
  const drain = (): void => {
    const due = waiting;
    waiting = [];
    for (const make of due) {
      const record = make();
      if (record) take(record);
    }
  };
  return {
    add(make, isUrgent) {
      waiting.push(make);
      if (isUrgent || waiting.length > Math.min(MOST_WAITING, patience())) drain();
    },
    drain,
  };
}
