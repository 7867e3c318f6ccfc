import type { Remedy } from '../record/finding.js';
import type { Run } from '../record/run.js';
import { shortNumber } from '../record/short-number.js';
import { lossKind, type OutputLayer, outputLayer } from './output-layer.js';
import { variableOf, weightedLayers } from './weighted-layers.js';

/** An output that does not fit the loss, or the targets. */
export interface OutputFault {
  readonly where: string;
  readonly why: string;
  readonly remedy: Remedy;
  /** `never`: no training can help. `badly`: training works against it. `perhaps`: unusual, but known to work. */
  readonly works: 'never' | 'badly' | 'perhaps';
}

interface Fault extends Pick<OutputFault, 'why' | 'works'> {
  readonly kind?: Remedy['kind'];
  readonly to: string;
  readonly reason: string;
}

const probabilities = /^(sigmoid|softmax|hardSigmoid)$/;
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

/** Looks for an output that passes no gradient, no probabilities, or not the numbers that are asked for. */
export function outputFault(run: Run): OutputFault | null {
  const output = outputLayer(run);
  if (output === null) return null;
  const fault =
    noChoice(run, output) ??
    noProbabilities(run, output) ??
    twice(run, output) ??
    outOfRange(run, output) ??
    unusual(run, output);
  if (fault === null) return null;
  const { why, works, kind = 'output', to, reason } = fault;
  const where = output.path;
  return { where, why, works, remedy: { kind, layers: [where], to, reason } };
}

function noChoice(run: Run, { path, activation, units }: OutputLayer): Fault | null {
  if ((units ?? unitsByBias(run, path)) !== 1) return null;
  if (activation === 'softmax') {
    const target = run.data?.target;
    const isNumber =
      lossKind(run) === 'regression' && target !== undefined && (target.min < 0 || target.max > 1);
    return {
      why: 'softmax over the one unit of the output is always 1, whatever the weights',
      works: 'never',
      to: isNumber ? 'linear' : 'sigmoid',
      reason: isNumber
        ? 'it can return any number'
        : 'a sigmoid of one unit is the probability of one of two classes',
    };
  }
  if (lossKind(run) !== 'categorical' || !probabilities.test(activation)) return null;
  return {
    why: 'categorical cross-entropy divides the output by its sum, so that the one unit there is always counts as 1',
    works: 'never',
    kind: 'loss',
    to: 'binaryCrossentropy',
    reason: 'it takes the one output as the probability of one of two classes',
  };
}

function noProbabilities(run: Run, { activation, units }: OutputLayer): Fault | null {
  const kind = lossKind(run);
  const target = run.data?.target;
  if (kind === 'logits' && /^(softmax|sigmoid)$/.test(activation)) {
    const why = `the loss applies its own ${activation} to an output that has been through one`;
    return { why, works: 'badly', to: 'linear', reason: 'the loss expects logits' };
  }
  if (kind !== 'binary' && kind !== 'categorical') return null;
  const to = kind === 'binary' || units === 1 ? 'sigmoid' : 'softmax';
  const reason = 'it gives probabilities, and a gradient at every value';
  if (activation !== '' && !probabilities.test(activation)) {
    const stops = /^relu/.test(activation) ? ', and passes no gradient where it is 0' : '';
    return {
      why: `${activation} at the output gives cross-entropy no probabilities${stops}`,
      works: 'badly',
      to,
      reason,
    };
  }
  const isSparse = kind === 'categorical' && target !== undefined && target.max > 1;
  if (target === undefined || isSparse || (target.min >= 0 && target.max <= 1)) return null;
  return {
    why: `the targets lie between ${shortNumber(target.min)} and ${shortNumber(target.max)}, where cross-entropy expects 0 to 1`,
    works: 'badly',
    kind: 'loss',
    to: target.min >= 0 ? 'sparseCategoricalCrossentropy' : 'hinge',
    reason: target.min >= 0 ? 'it takes classes by their number' : 'it takes targets of -1 and 1',
  };
}

function twice(_run: Run, { activation, inner }: OutputLayer): Fault | null {
  if (inner === undefined || !probabilities.test(activation) || !probabilities.test(inner.activation))
    return null;
  return {
    why: `${activation} is applied to what has been through ${inner.activation} in ${inner.path}, so that ${activation === 'softmax' ? 'no class can get much more than the others' : 'no output can be near 0 or 1'}`,
    works: 'badly',
    to: 'linear',
    reason: `one ${activation} is enough: leave the other layer linear`,
  };
}

/** Targets that the activation cannot return. */
function outOfRange(run: Run, { activation, units }: OutputLayer): Fault | null {
  const target = run.data?.target;
  const range = Object.hasOwn(ranges, activation) ? ranges[activation] : undefined;
  if (target === undefined || range === undefined || lossKind(run) !== 'regression') return null;
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
    why: isOut
      ? `${activation} returns numbers ${reach}, but ${targets}`
      : `softmax returns numbers that sum to 1, but those of a sample's targets sum to ${shortNumber(Number(sum.toPrecision(2)))} on average`,
    works: 'badly',
    to: 'linear',
    reason: 'it can return any number',
  };
}

/** Pairs that train, but for which there is a better one. */
function unusual(run: Run, { activation, units = 1 }: OutputLayer): Fault | null {
  const kind = lossKind(run);
  if (units < 2) return null;
  if (kind === 'categorical' && activation !== 'softmax' && activation !== '') {
    const reason = 'classes of which one is right compete in it';
    return {
      why: `categorical cross-entropy gets independent outputs from ${activation}`,
      works: 'perhaps',
      to: 'softmax',
      reason,
    };
  }
  if (kind === 'binary' && activation === 'softmax') {
    const reason = 'it is the loss of one class out of several';
    return {
      why: 'binary cross-entropy takes classes that compete in a softmax for independent',
      works: 'perhaps',
      kind: 'loss',
      to: 'categoricalCrossentropy',
      reason,
    };
  }
  if (kind === 'regression' && activation === 'softmax') {
    const reason = 'its gradient does not fade where the softmax is certain and wrong';
    return {
      why: 'a squared or absolute error of a softmax has a small slope where it is certain and wrong',
      works: 'perhaps',
      kind: 'loss',
      to: 'categoricalCrossentropy',
      reason,
    };
  }
  return null;
}

/** Units of a layer by the entries of its bias, where its facts do not hold shapes. */
function unitsByBias(run: Run, path: string): number | undefined {
  const newest = run.steps.at(-1);
  const [bias] = weightedLayers(run).find((layer) => layer.path === path)?.vectors ?? [];
  return newest && bias !== undefined ? variableOf(newest, bias)?.gradient?.size : undefined;
}
