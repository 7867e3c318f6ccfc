import type { Remedy } from '../record/finding.js';
import type { Run } from '../record/run.js';
import { lossKind, lossName, type OutputLayer, outputLayer } from './output-layer.js';
import { type Fault, targetFault } from './output-targets.js';
import { variableOf, weightedLayers } from './weighted-layers.js';

/** An output that does not fit the loss, or the targets. */
export interface OutputFault extends Pick<Fault, 'why' | 'works'> {
  readonly where: string;
  readonly remedy: Remedy;
}

const probabilities = /^(sigmoid|softmax|hardSigmoid)$/;

/** Looks for an output that passes no gradient, no probabilities, or not the numbers that are asked for. */
export function outputFault(run: Run): OutputFault | null {
  const output = outputLayer(run);
  if (output === null) return null;
  const fault =
    noChoice(run, output) ??
    noProbabilities(run, output) ??
    targetFault(run, output) ??
    twice(output) ??
    unusual(run, output);
  if (fault === null) return null;
  const { why, works, kind = 'output', to, reason } = fault;
  const where = output.path;
  const layers = kind === 'target-scale' ? [] : [where];
  return { where, why, works, remedy: { kind, layers, to, reason } };
}

function noChoice(run: Run, { path, activation, units }: OutputLayer): Fault | null {
  if ((units ?? unitsByBias(run, path)) !== 1) return null;
  const kind = lossKind(run);
  if (kind === 'logits' && /softmax|categorical/.test(lossName(run))) {
    return {
      why: 'softmax cross-entropy over the one unit of the output is always 0, whatever the weights',
      works: 'never',
      kind: 'loss',
      to: 'binaryCrossentropy',
      reason: 'it takes the one output, from a sigmoid, as the probability of one of two classes',
    };
  }
  if (activation === 'softmax') {
    const why = 'softmax over the one unit of the output is always 1, whatever the weights';
    const target = run.data?.target;
    const isNumber = kind === 'regression' && target !== undefined && (target.min < 0 || target.max > 1);
    if (isNumber) return { why, works: 'never', to: 'linear', reason: 'it can return any number' };
    if (kind === 'logits') return { why, works: 'never', to: 'linear', reason: 'the loss expects logits' };
    const reason = 'a sigmoid of one unit is the probability of one of two classes';
    return { why, works: 'never', to: 'sigmoid', reason };
  }
  if (kind !== 'categorical' || !probabilities.test(activation)) return null;
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
  if (kind === 'logits' && /^(softmax|sigmoid)$/.test(activation)) {
    const why = `the loss applies its own ${activation} to an output that has been through one`;
    return { why, works: 'badly', to: 'linear', reason: 'the loss expects logits' };
  }
  if (kind !== 'binary' && kind !== 'categorical') return null;
  if (activation === '' || probabilities.test(activation)) return null;
  const stops = /^relu/.test(activation) ? ', and passes no gradient where it is 0' : '';
  const why = `${activation} at the output gives cross-entropy no probabilities${stops}`;
  const to = kind === 'binary' || units === 1 ? 'sigmoid' : 'softmax';
  const reason = 'it gives probabilities, and a gradient at every value';
  return { why, works: 'badly', to, reason };
}

function twice({ activation, inner }: OutputLayer): Fault | null {
  if (inner === undefined || !probabilities.test(activation) || !probabilities.test(inner.activation))
    return null;
  return {
    why: `${activation} is applied to what has been through ${inner.activation} in ${inner.path}, so that ${activation === 'softmax' ? 'no class can get much more than the others' : 'no output can be near 0 or 1'}`,
    works: 'badly',
    to: 'linear',
    reason: `one ${activation} is enough: leave the other layer linear`,
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
