import type { Remedy } from '../record/finding.js';
import type { Run, TensorStats } from '../record/run.js';
import { shortNumber } from '../record/short-number.js';
import { lossKind, lossName, type OutputLayer } from './output-layer.js';

/** What is wrong with an output, and the new value that helps. */
export interface Fault {
  readonly why: string;
  /** `never`: no training can help. `badly`: training works against it. `perhaps`: unusual, but known to work. */
  readonly works: 'never' | 'badly' | 'perhaps';
  /** `output` where it is left out. */
  readonly kind?: Remedy['kind'];
  readonly to: string;
  readonly reason: string;
}

/** What these activations can return. */
const ranges: Readonly<Record<string, readonly [low: number, high: number]>> = {
  sigmoid: [0, 1],
  hardSigmoid: [0, 1],
  softmax: [0, 1],
  tanh: [-1, 1],
  hardTanh: [-1, 1],
  softsign: [-1, 1],
  relu: [0, Number.POSITIVE_INFINITY],
  relu6: [0, 6],
  softplus: [0, Number.POSITIVE_INFINITY],
};
/** Standard deviations by which targets must leave the range of the output to be out of reach. Heuristic. */
const outOfReach = 0.5;

/** How far from 1 the sum of a sample's targets must be, on average, to be no choice among classes. Heuristic. */
const labelsPerSample = 0.25;

/** Looks for targets that the loss cannot take, or the output not return. */
export function targetFault(run: Run, output: OutputLayer): Fault | null {
  const target = run.data?.target;
  if (target === undefined) return null;
  const name = lossName(run);
  if (/^(squared)?hinge$/.test(name)) return noSigns(target);
  if (/^(mape|meanabsolutepercentageerror)$/.test(name) && target.zeros > 0) return percentOfNothing(target);
  switch (lossKind(run)) {
    case 'binary':
      return beyondProbabilities(target, output) ?? severalLabels(target, output, 'binary');
    case 'categorical':
      // Classes by their number.
      if (target.max > 1) return null;
      return (
        beyondProbabilities(target, output) ??
        (name.startsWith('sparse') ? null : severalLabels(target, output, 'categorical'))
      );
    case 'regression':
      return outOfRange(target, output);
    default:
      return null;
  }
}

/** Targets of 0, of which a hinge has the loss 1 and the gradient 0 whatever the output is. */
function noSigns({ min, max, zeros }: TensorStats): Fault | null {
  if (zeros === 0 || min < 0) return null;
  const why = `the targets lie between 0 and ${shortNumber(max)}, where hinge expects -1 and 1: those of 0 teach nothing`;
  const reason = 'it takes targets of 0 and 1, from a sigmoid';
  return { why, works: 'badly', kind: 'loss', to: 'binaryCrossentropy', reason };
}

function percentOfNothing({ size, zeros }: TensorStats): Fault {
  const share = shortNumber(Number(((100 * zeros) / size).toPrecision(2)));
  return {
    why: `${share} % of the targets are 0, and a percentage error divides by them`,
    works: 'badly',
    kind: 'loss',
    to: 'meanAbsoluteError',
    reason: 'it does not divide by the target',
  };
}

function beyondProbabilities(target: TensorStats, { units }: OutputLayer): Fault | null {
  const { min, max } = target;
  if (min >= 0 && max <= 1) return null;
  const why = `the targets lie between ${shortNumber(min)} and ${shortNumber(max)}, where cross-entropy expects 0 to 1`;
  return { why, works: 'badly', ...forTargets(target, units) };
}

/** Targets of which several are 1, or none, where a softmax lets classes compete for one. */
function severalLabels(
  { mean }: TensorStats,
  { activation, units }: OutputLayer,
  loss: 'binary' | 'categorical',
): Fault | null {
  const sum = mean * (units ?? Number.NaN);
  if (activation !== 'softmax' || !(Math.abs(sum - 1) > labelsPerSample)) return null;
  const why = `${sumOfSoftmax(sum)}: any number of labels may be right`;
  const reason = 'each label is right or not whatever the others are';
  return loss === 'binary'
    ? { why, works: 'badly', to: 'sigmoid', reason }
    : { why, works: 'perhaps', kind: 'loss', to: 'binaryCrossentropy', reason: `from a sigmoid ${reason}` };
}

/** What takes targets that are no probabilities. */
function forTargets({ min, max }: TensorStats, units = 1): Pick<Fault, 'kind' | 'to' | 'reason'> {
  if (min < -1 || (min < 0 && max > 1)) {
    return {
      kind: 'loss',
      to: 'meanSquaredError',
      reason: 'it takes any numbers, from an output that is linear',
    };
  }
  if (units > 1) {
    return {
      kind: 'target-scale',
      to: '0 to 1',
      reason: 'cross-entropy takes each of them for a probability',
    };
  }
  if (min < 0) {
    return {
      kind: 'loss',
      to: 'hinge',
      reason: 'it takes targets of -1 and 1, from an output that is linear',
    };
  }
  return {
    kind: 'loss',
    to: 'sparseCategoricalCrossentropy',
    reason: 'it takes classes by their number, from a softmax with a unit for each',
  };
}

/** Targets that the activation cannot return. */
function outOfRange(target: TensorStats, { activation, units }: OutputLayer): Fault | null {
  const range = Object.hasOwn(ranges, activation) ? ranges[activation] : undefined;
  if (range === undefined) return null;
  const [low, high] = range;
  const slack = outOfReach * target.std;
  const isOut = target.max > high + slack || target.min < low - slack;
  const targets = `the targets lie between ${shortNumber(target.min)} and ${shortNumber(target.max)}`;
  // The outputs of a softmax sum to 1. NaN, where their number is not known, is not beyond anything.
  const sum = target.mean * (units ?? Number.NaN);
  const cannotSum = activation === 'softmax' && Math.abs(sum - 1) > outOfReach;
  if (!isOut && !cannotSum) return null;
  const reach = high === Number.POSITIVE_INFINITY ? `from ${low} up` : `between ${low} and ${high}`;
  return {
    why: isOut ? `${activation} returns numbers ${reach}, but ${targets}` : sumOfSoftmax(sum),
    works: 'badly',
    to: 'linear',
    reason: 'it can return any number',
  };
}

const sumOfSoftmax = (sum: number): string =>
  `softmax returns numbers that sum to 1, but those of a sample's targets sum to ${shortNumber(Number(sum.toPrecision(2)))} on average`;
