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

const MOST_TOGETHER = 16;

/**
 * Makes records together: a training step fills the caches with its tensors, and what makes a record has to be fetched anew
 * for the first one behind it.
 *
 * @param patience - How many may wait.
 * @param take - Receives the records, in step order.
 */
export function createOutbox(patience: () => number, take: (record: StepRecord) => void): Outbox {
  const waiting: (() => StepRecord | undefined)[] = [];
  const drain = (): void => {
    // One by one: should taking one of them fail, the others are still there.
    for (let make = waiting.shift(); make; make = waiting.shift()) {
      const record = make();
      if (record) take(record);
    }
  };
  return {
    add(make, isUrgent) {
      waiting.push(make);
      if (isUrgent || waiting.length >= Math.min(MOST_TOGETHER, patience() + 1)) drain();
    },
    drain,
  };
}
