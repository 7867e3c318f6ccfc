import type { Finding, Remedy } from '../record/finding.js';
import type { Run, StepRecord } from '../record/run.js';
import { shortNumber } from '../record/short-number.js';
import { hiddenLayers, initializerRemedies } from './fading-advice.js';
import { finiteLosses, spread } from './loss-trend.js';
import { outputFault } from './output-fault.js';
import { lossName } from './output-layer.js';
import { learningRateRemedy } from './smaller-steps.js';
import { variableOf, type WeightedLayer } from './weighted-layers.js';

/** Layers that get no gradient, in depth order, and those that do. */
export interface Block {
  /** The records judged. */
  readonly window: readonly StepRecord[];
  readonly zero: readonly WeightedLayer[];
  readonly live: readonly WeightedLayer[];
  /** First step since which the first of them is at 0. */
  readonly since: number;
}

/** Why they get none, as far as the records tell. */
export interface ZeroCause {
  readonly where: string;
  readonly why: string;
  readonly severity: Finding['severity'];
  readonly because?: string;
  readonly remedies: readonly Remedy[];
}

/** Below this a product of two small float32 numbers is 0: the smallest normal one is 1.2e-38. Heuristic. */
const nearUnderflow = 1e-30;

/** Why not even the output's bias gets a gradient. */
export function explainOutput(run: Run, { window, since }: Block): ZeroCause {
  const fault = outputFault(run);
  if (fault !== null) return { ...fault, severity: 'error', remedies: [fault.remedy] };
  const output = run.model?.layers.find((layer) => layer.isOutput);
  const { path: where = 'model', activation = '' } = output ?? {};
  if (/^relu/.test(activation)) {
    const reason = 'it passes a gradient at every value';
    return {
      where,
      why: `every output is cut to 0 by ${activation}, which then passes no gradient`,
      severity: 'error',
      remedies: [{ kind: 'output', layers: [where], to: 'linear', reason }],
    };
  }
  const recent = spread(finiteLosses(run).slice(-window.length)).mean;
  if (lossName(run).includes('crossentropy') && recent > 0) {
    const reason = 'predictions this certain come from logits far out; smaller inputs keep them within reach';
    return {
      where,
      why:
        `the predictions are as certain as numbers can be, some of them wrongly (loss ${shortNumber(recent)}), and tfjs ` +
        'cuts the cross-entropy off there',
      severity: 'warning',
      remedies: [
        ...(since === run.steps[0]?.step
          ? initializerRemedies(hiddenLayers(run.model, 0))
          : learningRateRemedy(run)),
        { kind: 'input-scale', layers: [], to: 'standardize', reason },
      ],
    };
  }
  return { where, why: 'no gradient leaves the loss', severity: 'error', remedies: [] };
}

/** Why some layers get none although the output does. */
export function explainBlock(run: Run, { window, zero, live }: Block): ZeroCause {
  const newest = window.at(-1);
  const culprit = run.model === null ? zero[0] : deadLayer(zero, newest);
  const severity = live.length === 0 ? 'error' : 'warning';
  if (newest === undefined || culprit === undefined) {
    return { where: 'model', why: 'no gradient gets there', severity, remedies: [] };
  }
  const where = culprit.path;
  const because = (why: string, ...remedies: Remedy[]): ZeroCause => ({ where, why, severity, remedies });
  const change = (kind: Remedy['kind'], to: string, reason: string): Remedy => ({
    kind,
    layers: [where],
    to,
    reason,
  });

  const above = live.find(({ facts }) => (facts?.depth ?? 0) > (culprit.facts?.depth ?? 0));
  const largest = above === undefined ? 0 : largestGradient(newest, above);
  if (above !== undefined && largest > 0 && largest < nearUnderflow) {
    const why = `${above.path} still gets at most ${shortNumber(largest)}, and below 1e-45 a float32 is 0`;
    return { ...because(why), because: 'vanishing-gradient' };
  }
  if (culprit.kernels.every((key) => variableOf(newest, key)?.weightNorm === 0)) {
    const reason = 'weights of 0 pass no gradient on';
    return because(`all weights of ${where} are 0`, change('initializer', 'heNormal', reason));
  }
  const activation = culprit.facts?.activation ?? '';
  if (/^(relu|thresholded)/i.test(activation)) {
    const share = deadShare(newest, where) ?? 1;
    return because(
      `${where} is dead: ${share < 1 ? `${shortNumber(100 * share)} % of` : 'all'} its units are off for every sample, ` +
        `where ${activation} has no slope`,
      change('activation', 'leakyRelu', 'it has a slope on either side, so that units can come back'),
      change('initializer', 'heNormal', 'it starts with half of the units on'),
    );
  }
  if (/^(sigmoid|tanh|hardSigmoid|softsign|softmax)$/.test(activation)) {
    return because(
      `${where} is saturated: its ${activation} is so far out that its slope is 0 in float32`,
      change(
        'normalization',
        'batchNormalization',
        'it keeps the input of the activation where the slope is not 0',
      ),
    );
  }
  return because(`nothing that the loss depends on passes through ${where}`);
}

/**
 * The deepest layer whose bias gets none either: the kernel after a dead layer is at 0 as well, since its input is, but
 * the bias there is not.
 */
function deadLayer(
  zero: readonly WeightedLayer[],
  newest: StepRecord | undefined,
): WeightedLayer | undefined {
  const isStill = (key: string): boolean => {
    const gradient = newest && variableOf(newest, key)?.gradient;
    return !gradient || gradient.zeros === gradient.size;
  };
  return zero.filter(({ vectors }) => vectors.every(isStill)).at(-1) ?? zero.at(-1);
}

function largestGradient(record: StepRecord, { kernels }: WeightedLayer): number {
  const sizes = kernels.map((key) => {
    const gradient = variableOf(record, key)?.gradient;
    return gradient ? Math.max(Math.abs(gradient.min), Math.abs(gradient.max)) : 0;
  });
  return Math.max(...sizes);
}

function deadShare({ layers = {} }: StepRecord, path: string): number | undefined {
  return Object.hasOwn(layers, path) ? layers[path]?.deadShare : undefined;
}
