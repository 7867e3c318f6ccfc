import { stats } from '../../src/index.js';
import { type Alarm, type Evidence, firstAlarm, type Peer } from './evidence.js';

/**
 * Amazon SageMaker Debugger, built-in rules, at the defaults that its developer guide documents (the code of the rules is
 * not public), asked at every step instead of every 500th, which most of these programs do not reach.
 */
export const sagemaker: Peer = {
  name: 'SageMaker Debugger',
  check: (evidence) => [...sagemakerTensors.check(evidence), ...ofLosses(evidence), ...ofWeights(evidence)],
};

/** The same without the rules that look at the loss and at the initial weights, which fire nearly everywhere. */
export const sagemakerTensors: Peer = {
  name: 'SageMaker Debugger, tensor rules alone',
  check({ run: { steps }, probes }) {
    const gradients = steps.map(({ step, variables }) => ({
      step,
      all: Object.values(variables).flatMap(({ gradient }) => (gradient ? [gradient] : [])),
      ratios: Object.values(variables).map(({ updateRatio }) => updateRatio),
    }));
    const finite = gradients.map(({ all }) => all.every(({ nans, infs }) => nans + infs === 0));
    return [
      ...firstAlarm('vanishing-gradient', gradients, ({ all }) =>
        all.some(({ absMean, nans, infs }) => absMean < 1e-7 && nans + infs === 0),
      ),
      ...firstAlarm('non-finite', gradients, (each) => !finite[gradients.indexOf(each)]),
      ...firstAlarm('dead-units', probes, ({ outputs }) =>
        outputs.some(({ activation, inactiveUnits }) => activation === 'relu' && inactiveUnits > 0.5),
      ),
      ...firstAlarm('saturated-activation', probes, ({ outputs }) =>
        outputs.some(({ activation, inactiveUnits }) => activation !== 'relu' && inactiveUnits > 0.5),
      ),
      ...firstAlarm('zero-gradient', gradients, ({ all }) => all.some(({ zeros, size }) => zeros === size)),
      ...firstAlarm('update-ratio-high', gradients, ({ ratios }) =>
        ratios.some((ratio) => ratio > 10 && Number.isFinite(ratio)),
      ),
      ...firstAlarm('update-ratio-low', gradients, ({ ratios }) => ratios.some((ratio) => ratio < 1e-8)),
    ];
  },
};

/** LossNotDecreasing: less than 0.1 % down, or more than 5 % up, within ten steps. UnchangedTensor of the loss. */
function ofLosses({ run: { steps } }: Evidence): Alarm[] {
  const compared = steps
    .map((record, i) => ({ step: record.step, loss: record.loss ?? NaN, before: steps[i - 10]?.loss ?? NaN }))
    .filter((_, i) => i >= 10 && i % 10 === 0);
  const same = steps
    .map(({ step }, i) => ({ step, losses: steps.slice(i - 2, i + 1).map(({ loss }) => loss ?? NaN) }))
    .filter(({ losses }) => losses.length === 3);
  return [
    ...firstAlarm('loss-plateau', compared, ({ loss, before }) => loss > before * (1 - 0.001)),
    ...firstAlarm('loss-divergence', compared, ({ loss, before }) => loss > before * 1.05),
    ...firstAlarm('unchanged-weights', same, ({ losses: [a, b, c] }) => close(a!, b!) && close(b!, c!)),
  ];
}

const close = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-8 + 1e-5 * Math.abs(b);

/** PoorWeightInitialization within the first ten steps. */
function ofWeights({ run: { steps }, probes }: Evidence): Alarm[] {
  const variances = (probes[0]?.weights ?? [])
    .filter(({ rank }) => rank >= 2)
    .map(({ variance }) => variance);
  const spread = Math.max(...variances) / Math.min(...variances) > 10;
  const narrow = firstAlarm('poor-initialization', steps.slice(0, 10), ({ variables }) =>
    Object.values(variables).some(
      ({ gradient }) =>
        gradient?.histogram !== undefined &&
        stats.quantile(gradient, 0.95) - stats.quantile(gradient, 0.05) < 0.001,
    ),
  );
  return spread ? [{ rule: 'poor-initialization', where: 'model', firstStep: 0 }] : narrow;
}
