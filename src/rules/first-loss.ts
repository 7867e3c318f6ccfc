import type { LayerFacts, Run } from '../record/run.js';
import { guessLoss } from './guess-loss.js';
import { heavyDropout } from './heavy-dropout.js';
import { nonFiniteData } from './non-finite-values.js';
import { outputFault } from './output-fault.js';
import { lossName } from './output-layer.js';
import { sizeOf } from './size-of.js';

/** A first loss beyond what outputs of a usual size can come to. */
export interface FirstLoss {
  readonly loss: number;
  /** What outputs near 0 would have. */
  readonly usual: number;
}

/** A layer and the factor by which it enlarges what it gets. */
export interface Growth {
  readonly facts: LayerFacts;
  readonly growth: number;
}

/** Factor on the root mean square of targets and inputs that outputs may have at first. Heuristic. */
const spread = 10;
/** Multiple of a guess's cross-entropy that a new model may have; 16.1 is all that tfjs gives. Heuristic. */
const confidence = 4;
/** Rate of dropout above which what it keeps, scaled up for the rest, is large (UMLAUT, CHI 2021). */
const usualDropout = 0.5;

/** Whether the first loss shows outputs far larger than targets and inputs are; `null` where it does not, or they are not known. */
export function excessiveFirstLoss(run: Run): FirstLoss | null {
  const [first] = run.steps;
  const { input, target } = run.data ?? {};
  const loss = first?.loss ?? Number.NaN;
  if (first === undefined || first.step !== 0 || input === undefined || target === undefined) return null;
  // Such a loss has other reasons.
  const penalised = run.model?.layers.some(({ regularizers }) => regularizers !== undefined);
  const inflated = heavyDropout(run, usualDropout).length > 0;
  if (penalised || inflated || nonFiniteData(run).length > 0 || outputFault(run) !== null) return null;
  const size = Math.hypot(sizeOf(input), sizeOf(target));
  const found = (usual: number, limit: number): FirstLoss | null => {
    return loss > limit && Number.isFinite(loss) ? { loss, usual } : null;
  };
  switch (lossName(run)) {
    case 'meansquarederror':
    case 'mse':
      return found(sizeOf(target) ** 2, (spread * size) ** 2);
    case 'meanabsoluteerror':
    case 'mae':
      return found(sizeOf(target), spread * size);
    case 'binarycrossentropy':
    case 'categoricalcrossentropy':
    case 'sparsecategoricalcrossentropy': {
      const guess = guessLoss(run);
      return guess === null ? null : found(guess, confidence * guess * Math.max(1, sizeOf(input)));
    }
    default:
      return null;
  }
}

/** The layer with weights whose output, in the first record, is larger than its input by the largest factor. */
export function strongestGrowth({ model, steps, data }: Run): Growth | undefined {
  const [first] = steps;
  const sizes = new Map(
    Object.entries(first?.layers ?? {}).map(([path, { output }]) => [path, sizeOf(output)]),
  );
  const grown = (model?.layers ?? []).flatMap((facts): Growth[] => {
    const inputs = facts.inbound.map((path) => sizes.get(path) ?? Number.NaN);
    const before = inputs.length > 0 ? Math.max(...inputs) : data ? sizeOf(data.input) : Number.NaN;
    const growth = (sizes.get(facts.path) ?? Number.NaN) / before;
    return facts.weights?.['kernel'] && Number.isFinite(growth) ? [{ facts, growth }] : [];
  });
  return grown.sort((a, b) => b.growth - a.growth)[0];
}
