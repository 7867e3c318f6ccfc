import type { Finding, Rule } from '../record/finding.js';
import type { Run } from '../record/run.js';
import { shortNumber } from '../record/short-number.js';
import { findingOf } from './finding-of.js';
import { fittingInitializer } from './fitting-initializer.js';
import { type InitialWeights, initialWeights, readersOf } from './initial-weights.js';
import { lossTrend } from './loss-trend.js';

const id = 'symmetric-weights';
const rectifier = /^(relu|relu6|thresholdedRelu)$/;

/**
 * Finds hidden layers that start with all weights equal, so that their units compute, and go on to compute, the same.
 *
 * Found at the first step, where weights of one number, as of `zeros`, `ones` and `constant`, are read by layers whose weights
 * are of one number too: then the units of the layer get the same gradient for ever, unless dropout tells them apart. With
 * weights of 0 and a ReLU nothing passes at all. Silent on an output layer alone, which may well start at 0, and where the loss
 * is all but zero. A `warning`. Source: TheDeepChecker (TOSEM 2022), NeuraLint (TOSEM 2021).
 *
 * @example
 * ```ts
 * import { rules } from 'gradient-health';
 *
 * console.log(rules.symmetricWeights().id); // symmetric-weights
 * ```
 */
export function symmetricWeights(): Rule {
  return { id, explains, check };
}

const explains = [
  'poor-initialization',
  'learning-rate',
  'vanishing-gradient',
  'dead-units',
  'zero-gradient',
  'unchanged-weights',
  'update-ratio-high',
  'update-ratio-low',
  'loss-divergence',
  'loss-oscillation',
  'loss-plateau',
];

function check(run: Run): Finding[] {
  const { converged, succeeded } = lossTrend(run);
  if (converged) return [];
  const weights = initialWeights(run);
  const constants = new Map(
    weights.filter(({ constant }) => constant !== null).map((each) => [each.facts.path, each]),
  );
  const hasDropout = (run.model?.layers ?? []).some(({ className }) => /Dropout|Noise/.test(className));
  const symmetric = [...constants.values()].filter(({ facts, units, constant }) => {
    if (facts.isOutput || units < 2) return false;
    const biases = facts.initializers?.['bias'] ?? 'Zeros';
    if (constant === 0 && rectifier.test(facts.activation ?? '') && biases === 'Zeros') return true;
    const readers = readersOf(run, facts.path);
    return (
      !(hasDropout && succeeded) && readers.length > 0 && readers.every(({ path }) => constants.has(path))
    );
  });
  const first = symmetric[0];
  return first === undefined ? [] : [finding(run, first, symmetric)];
}

function finding(
  run: Run,
  { facts, units, constant }: InitialWeights,
  symmetric: readonly InitialWeights[],
): Finding {
  const others = symmetric.length === 1 ? '' : ` (and ${symmetric.length - 1} more)`;
  const effect =
    constant === 0 && rectifier.test(facts.activation ?? '')
      ? `its ${facts.activation} then passes nothing, neither forward nor back`
      : `its ${units} units compute the same and get the same gradient, as if they were one`;
  return findingOf(run, id, {
    severity: 'warning',
    where: facts.path,
    evidence: { value: constant ?? 0, units, layers: symmetric.length },
    message: `${facts.path}${others}: all weights start at ${shortNumber(constant ?? 0)}: ${effect}.`,
    remedies: [
      {
        kind: 'initializer',
        layers: symmetric.map((each) => each.facts.path),
        to: fittingInitializer(facts.activation),
        reason: 'random weights tell units apart and keep the variance',
      },
    ],
  });
}
