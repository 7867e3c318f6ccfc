import type { Remedy } from '../record/finding.js';
import type { Run } from '../record/run.js';

/** Recommends a clip at this norm, one digit of it. */
export function clipRemedy(norm: number, what: string): Remedy {
  const limit = Number(norm.toPrecision(1));
  return {
    kind: 'clip',
    layers: [],
    to: `clipByGlobalNorm(${limit})`,
    reason: `it scales larger gradients down to ${what} and keeps their direction`,
  };
}

/** Recommends a tenth of the learning rate, where it is known. */
export function learningRateRemedy({ steps }: Run): Remedy[] {
  const rate = steps.at(-1)?.learningRate ?? 0;
  if (!(rate > 0)) return [];
  const to = Number((rate / 10).toPrecision(3));
  return [{ kind: 'learning-rate', layers: [], to, reason: 'smaller updates overshoot less' }];
}
