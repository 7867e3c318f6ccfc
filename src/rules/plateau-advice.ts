import type { Remedy } from '../record/finding.js';
import type { Run, TensorStats } from '../record/run.js';
import { shortNumber } from '../record/short-number.js';
import { adaptive } from './adaptive.js';
import { median, updateRatio } from './motion.js';
import { lossKind, outputLayer } from './output-layer.js';

/** Newest records that are judged. */
const judged = 10;
/** Update over weights below which a larger rate is worth a try. Source: the rule of thumb of cs231n. */
const slow = 1e-3;
/** Share by which sums of the targets may differ and still be of zeros and ones. */
const rounding = 1e-6;

/** What is worth a try where training stands still and nothing else tells why. */
export function plateauAdvice(run: Run): readonly Remedy[] {
  return [...anotherLoss(run), ...largerRate(run), ...adam(run)];
}

function anotherLoss(run: Run): readonly Remedy[] {
  const target = run.data?.target;
  const { activation, units } = outputLayer(run) ?? {};
  if (lossKind(run) !== 'regression' || activation !== 'sigmoid' || units !== 1) return [];
  if (target === undefined || !areClasses(target)) return [];
  const reason = 'its gradient does not fade where a sigmoid is near 0 or 1';
  return [{ kind: 'loss', layers: [], to: 'binaryCrossentropy', reason }];
}

/** Zeros and ones alone: only of these are the squares as large as they are. */
function areClasses({ size, nans, infs, min, max, mean, norm }: TensorStats): boolean {
  const sum = mean * (size - nans - infs);
  return min === 0 && max === 1 && Math.abs(norm ** 2 - sum) <= rounding * sum;
}

function largerRate(run: Run): readonly Remedy[] {
  const newest = run.steps.slice(-judged);
  const rate = newest.at(-1)?.learningRate ?? 0;
  const moved = median(newest.map((record) => updateRatio(run, record)));
  if (moved === undefined || !(moved > 0 && moved < slow) || !(rate > 0)) return [];
  const to = Number((10 * rate).toPrecision(3));
  const share = shortNumber(Number(moved.toPrecision(2)));
  return [
    {
      kind: 'learning-rate',
      layers: [],
      to,
      reason: `a step moves the weights by ${share} of themselves alone`,
    },
  ];
}

function adam({ model }: Run): readonly Remedy[] {
  if (!model || adaptive.test(model.optimizer.className)) return [];
  const reason = 'it finds a step for each weight by itself';
  return [{ kind: 'optimizer', layers: [], to: 'adam(0.003)', reason }];
}
