import type { Finding, Remedy } from '../record/finding.js';
import type { Run, StepRecord } from '../record/run.js';
import { shortNumber } from '../record/short-number.js';
import { adaptive } from './adaptive.js';
import { findingOf } from './finding-of.js';
import { finiteLosses, lossTrend } from './loss-trend.js';
import { median, updateRatio } from './motion.js';
import { variableOf, weightedLayers } from './weighted-layers.js';

const id = 'learning-rate';
/** Records at the beginning and at the end that are judged. */
const judged = 10;
/** Up to here an epsilon is what frameworks give; where it outweighs the gradients, these are the trouble. Heuristic. */
const usualEpsilon = 1e-6;
/** Elements of this size are usual weights. Heuristic. */
const usualWeight = 0.1;
/** Multiple of `below` for Adadelta, which tfjs computes as SGD, at a default rate of 0.001. Heuristic. */
const adadeltaFactor = 5;

/** A rate at which the weights all but stand still, or the epsilon that makes them; `null` where there is neither. */
export function rateTooLow(run: Run, below: number, overRecords: number): Finding[] | null {
  const { steps } = run;
  const { known, good, converged } = lossTrend(run);
  if (!known || good || converged || finiteLosses(run).length < Math.max(overRecords, 2 * judged))
    return null;
  const window = steps.slice(-judged);
  const now = median(window.map((record) => updateRatio(run, record))) ?? Number.NaN;
  const first = median(steps.slice(0, judged).map((record) => updateRatio(run, record))) ?? Number.NaN;
  const limit = optimizerOf(run) === 'Adadelta' ? adadeltaFactor * below : below;
  if (!(Math.max(now, first) < limit && first > 0)) return null;
  const epsilon = heavyEpsilon(run, window);
  if (epsilon !== null && epsilon <= usualEpsilon) return null;
  const rate = window.at(-1)?.learningRate ?? null;
  // The updates of an adaptive optimizer are as large as its rate: nothing but that makes such a rate too low.
  const isRoot =
    epsilon === null && rate !== null && rate < usualWeight * below && adaptive.test(optimizerOf(run));
  const what =
    epsilon === null
      ? `The learning rate${rate === null ? '' : ` of ${shortNumber(rate)}`} is too low`
      : `The epsilon of ${shortNumber(epsilon)} outweighs the gradients`;
  return [
    findingOf(run, id, {
      severity: 'warning',
      evidence: {
        updateRatio: now,
        ...(rate !== null && { learningRate: rate }),
        ...(epsilon !== null && { epsilon }),
      },
      ...(isRoot && { because: id }),
      message: `${what}: ${pace(now)}.`,
      remedies: epsilon !== null ? [smallerEpsilon] : rate === null ? [] : [largerRate(rate, limit / now)],
    }),
  ];
}

function pace(ratio: number): string {
  if (!(ratio > 0)) return 'updates do not move the weights any more';
  const [share, steps] = [Number(ratio.toPrecision(2)), Number((1 / ratio).toPrecision(1))].map(shortNumber);
  return `an update moves the weights by no more than ${share} of themselves, so that it takes ${steps} steps to get anywhere`;
}

const smallerEpsilon: Remedy = {
  kind: 'optimizer',
  layers: [],
  to: 'epsilon 1e-7',
  reason: 'it must stay far below the gradients',
};

/** @param short - Times by which updates are too small, at least. */
function largerRate(rate: number, short: number): Remedy {
  const times = 10 ** Math.min(3, Math.ceil(Math.log10(short) + 1));
  return {
    kind: 'learning-rate',
    layers: [],
    to: rate === 0 ? 1e-3 : Number((rate * times).toPrecision(3)),
    reason: 'updates of about a thousandth of the weights get on and do not overshoot',
  };
}

const optimizerOf = ({ model }: Run): string => model?.optimizer.className ?? '';

/** The epsilon of an adaptive optimizer, where it is ten times the gradients it stands beside. */
function heavyEpsilon(run: Run, window: readonly StepRecord[]): number | null {
  const { epsilon = 0 } = run.model?.optimizer.config ?? {};
  if (!adaptive.test(optimizerOf(run))) return null;
  const keys = weightedLayers(run).flatMap(({ kernels }) => kernels);
  const typical = window.flatMap((record) =>
    keys.map((key) => {
      const gradient = variableOf(record, key)?.gradient;
      return gradient ? gradient.norm / Math.sqrt(gradient.size) : undefined;
    }),
  );
  return epsilon > 10 * (median(typical) ?? Number.POSITIVE_INFINITY) ? epsilon : null;
}
