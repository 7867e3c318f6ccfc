/** Keeps count of the time that watching takes, and keeps it within a share of the training time. */
export interface Budget {
  /** Whether there is time left to measure the coming step. */
  allows(): boolean;
  /** Runs a part of the watching and counts its time. */
  spend<T>(work: () => T): T;
  /** Ends a step; returns the milliseconds spent on it. */
  endStep(measured: boolean): number;
  /** Time spent over time passed, since the first step ended. */
  readonly share: number;
}

/** Steps measured whatever they cost, for a first look. */
const FIRST_STEPS = 10;

/** A pause of more than this many usual steps is no training time: a user may have gone for lunch. */
const LONGEST_GAP = 10;

/**
 * @param limit - Largest share of the time between steps to spend; `undefined` counts without limiting.
 * @param now - Milliseconds.
 */
export function createBudget(limit: number | undefined, now: () => number = () => performance.now()): Budget {
  if (limit !== undefined && !(limit > 0 && limit <= 1)) {
    throw new RangeError(`watch: budget must be a share of the step time, above 0 and up to 1, got ${limit}`);
  }
  let steps = 0;
  let lastEnd: number | undefined;
  let usualGap = 0;
  let passed = 0;
  let spent = 0;
  let spentOnStep = 0;
  /** What a measured step costs: the estimate that the next decision is made with. */
  let price = 0;
  return {
    allows: () => limit === undefined || steps < FIRST_STEPS || spent + price <= limit * passed,
    spend(work) {
      const from = now();
      try {
        return work();
      } finally {
        spentOnStep += now() - from;
      }
    },
    endStep(measured) {
      const cost = spentOnStep;
      spentOnStep = 0;
      steps++;
      const end = now();
      if (lastEnd !== undefined) {
        const gap = usualGap === 0 ? end - lastEnd : Math.min(end - lastEnd, LONGEST_GAP * usualGap);
        usualGap += (gap - usualGap) / Math.min(steps - 1, 20);
        passed += gap;
        spent += cost;
      }
      lastEnd = end;
      if (measured) price = cost;
      return cost;
    },
    get share() {
      return passed > 0 ? spent / passed : 0;
    },
  };
}
