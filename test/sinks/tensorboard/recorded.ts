import type { StepRecord, TensorStats } from '../../../src/record/run.js';
import { summarize } from '../../../src/stats/summarize.js';
import { history } from '../../rules/histories.js';

/** Statistics with a histogram. */
export const measured = (...values: number[]): TensorStats => summarize(values, { histogram: true });

/** A record with everything that a record can have. */
export function fullRecord(step = 3): StepRecord {
  const [record] = history({
    steps: 1,
    loss: () => 0.5,
    gradients: () => ({
      'lstm/kernel': measured(3, 0, -4),
      'lstm/bias': measured(12, Number.NaN),
      'out/kernel': null,
    }),
    change: (record) => ({
      ...record,
      variables: {
        ...record.variables,
        'out/kernel': { ...record.variables['out/kernel']!, weight: measured(0.25) },
      },
    }),
  }).steps;
  return {
    ...record!,
    step,
    globalNorm: Number.NaN,
    clip: { name: 'clipByNorm', normAfter: 2, fired: true, accepted: false, cosine: 0.5 },
    lossScale: { scale: 1024, fits: true },
    watchShare: 0.01,
    layers: {
      lstm: { output: measured(0.5), outputGradient: measured(2), deadShare: 0.25, saturatedShare: 0.75 },
      out: { output: measured(1), outputGradient: null },
    },
    throughTime: {
      lstm: {
        hiddenGradientNorms: [1, 2, 4],
        cellGradientNorms: [0, Number.NaN, 5],
        gates: { forget: { mean: 0.7, saturatedShare: 0.1 } },
      },
    },
  };
}
