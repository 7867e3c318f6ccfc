import type { Finding, Remedy, Rule } from '../record/finding.js';
import { assertKnownOptions } from '../record/known-options.js';
import type { LayerFacts, Run } from '../record/run.js';
import { shortNumber } from '../record/short-number.js';
import { fadingRemedies, initializerRemedies, isRecurrent, orthogonalRemedy } from './fading-advice.js';
import { findingOf } from './finding-of.js';
import { excessiveFirstLoss, type FirstLoss, type Growth, strongestGrowth } from './first-loss.js';
import { fittingInitializer } from './fitting-initializer.js';
import { differenceLeft, type InitialWeights, initialWeights, keepsScale } from './initial-weights.js';
import { fails, lossTrend } from './loss-trend.js';
import { sizeOf } from './size-of.js';
import { symptoms } from './symptoms.js';
import { checkThreshold } from './threshold.js';

/** Options of {@link poorInitialization}. */
export interface PoorInitializationOptions {
  /**
   * Factor by which the hidden layers together may shrink or enlarge a signal beyond what their activations ask for.
   *
   * @default 1000 (heuristic)
   */
  readonly factor?: number;
  /**
   * Root mean square of what a tanh or sigmoid reads, above which it starts saturated.
   *
   * @default 5 (DeepDiagnosis, ICSE 2022)
   */
  readonly saturation?: number;
  /**
   * Whether to judge before the loss tells, as {@link preflight} does with one record.
   *
   * @default false
   */
  readonly atOnce?: boolean;
}

const id = 'poor-initialization';
const bounded = /^(tanh|sigmoid|hardSigmoid|softsign)$/;
/** Layers from which on gains compound to an explosion. */
const fewestLayers = 2;
/** Factor of weights alone from which they are blamed where sigmoids, or the first loss, show the harm. Heuristic. */
const blame = 10;
/** Learning rate up to which weights may be what makes the first updates too large. Heuristic. */
const highestRate = 1;
/** Factor beyond which a single layer enlarges what it gets noticeably. Heuristic. */
const notable = 20;

/**
 * Finds initial weights that are too small or too large for the depth and the activations of a model, in a run that fails.
 *
 * A layer multiplies the root mean square of a signal by sqrt(fan-in x mean square of its weights), which should be sqrt(2)
 * before a rectifier and 1 else (arXiv 1502.01852). Fires when the product of these gains over the hidden layers, over what it
 * should be, is below 1 / `factor`, or, over two or more that are not bounded, above `factor` / 10; and when a bounded activation
 * reads more than `saturation`. At once, where nothing is measured over steps, also when small weights and the slopes of sigmoids
 * (1/4 at most) together leave less than 1 / `factor` of a difference between two samples at the output. Weights are those of the
 * first record, so it must be there. Where the first loss is more than outputs ten times as large as targets and inputs come to, or
 * four times a guess's cross-entropy, a product above 10 is enough, that of the output counted in, at a learning rate of 1 at most,
 * and else a tapped layer that returned more than twenty times what it got. Silent with normalisation or residual connections,
 * and while training neither fails nor is behind a constant prediction. A `warning`.
 *
 * @param options - Thresholds.
 * @throws RangeError when a threshold is not positive and finite.
 *
 * @example
 * ```ts
 * import { rules } from 'gradient-health';
 *
 * console.log(rules.poorInitialization({ factor: 100 }).id); // poor-initialization
 * ```
 */
export function poorInitialization(options: PoorInitializationOptions = {}): Rule {
  assertKnownOptions('poorInitialization', options, ['factor', 'saturation', 'atOnce']);
  const { factor = 1000, saturation = 5, atOnce = false } = options;
  checkThreshold('poorInitialization', 'factor', factor);
  checkThreshold('poorInitialization', 'saturation', saturation);
  return {
    id,
    explains,
    check: (run) =>
      atOnce || fails(run) || lossTrend(run).behind ? check(run, factor, saturation, atOnce) : [],
  };
}

const explains = [
  'learning-rate',
  'exploding-gradient',
  'exploding-through-time',
  'vanishing-gradient',
  'vanishing-through-time',
  'gate-saturation',
  ...symptoms,
];

function check(run: Run, factor: number, saturation: number, atOnce: boolean): Finding[] {
  if (keepsScale(run)) return [];
  const weights = initialWeights(run);
  const hidden = weights.filter(({ facts }) => !facts.isOutput || isRecurrent(facts));
  const isPlain = ({ facts, gain }: InitialWeights): boolean => !isRecurrent(facts) && gain > 0;
  const dense = hidden.filter(isPlain);
  const product = dense.reduce((all, { fit }) => all * fit, 1);
  if (product < 1 / factor) return [scaled(run, dense, product, 'shrink')];
  const left = differenceLeft(weights.filter(isPlain));
  if (atOnce && product < 1 / blame && left < 1 / factor) return [flattened(run, dense, left)];
  const excess = excessiveFirstLoss(run);
  // A higher rate would be too high for sound weights too.
  const shown = excess !== null && !((run.steps[0]?.learningRate ?? 0) > highestRate);
  // Behind a bounded activation no signal is large; what a loss reads is as large as the output makes it.
  const open = (shown ? weights.filter(isPlain) : dense).filter(
    ({ facts }) => facts.isOutput || !bounded.test(facts.activation ?? ''),
  );
  const growth = open.reduce((all, { fit }) => all * fit, 1);
  if (growth > (shown ? blame : factor / 10) && open.length >= fewestLayers)
    return [scaled(run, open, growth, 'enlarge')];
  // What a layer reads is as large as the data at first, and no larger than 1 behind a bounded activation.
  const saturated = hidden.filter(({ facts, gain }) => {
    const size = facts.inbound.length === 0 && run.data ? Math.min(1, sizeOf(run.data.input)) : 1;
    return bounded.test(facts.activation ?? '') && gain * size > saturation;
  });
  const first = saturated[0];
  if (first === undefined) {
    const grown = excess && strongestGrowth(run);
    return grown && grown.growth > notable ? [overshot(run, excess, grown)] : [];
  }
  const { facts, gain } = first;
  const others = saturated.length === 1 ? '' : ` (and ${saturated.length - 1} more)`;
  return [
    findingOf(run, id, {
      severity: 'warning',
      where: facts.path,
      evidence: { gain, layers: saturated.length },
      message:
        `${facts.path}${others}: the initial weights scale a signal by ${shortNumber(gain)}, far into the flat ends of ` +
        `${facts.activation}.`,
      remedies: remediesFor(saturated),
    }),
  ];
}

function scaled(
  run: Run,
  layers: readonly InitialWeights[],
  product: number,
  how: 'shrink' | 'enlarge',
): Finding {
  const worst = layers.reduce((a, b) => ((how === 'shrink' ? b.fit < a.fit : b.fit > a.fit) ? b : a));
  return findingOf(run, id, {
    severity: 'warning',
    where: worst.facts.path,
    evidence: { product, gain: worst.gain, layers: layers.length },
    message:
      `The initial weights of ${layers.length} ${layers.some(({ facts }) => facts.isOutput) ? '' : 'hidden '}layer${layers.length === 1 ? '' : 's'} ${how} a signal to ${shortNumber(Number(product.toPrecision(2)))} ${how === 'enlarge' ? 'times' : 'of'} what their ` +
      `activations ask for, most in ${worst.facts.path} (${worst.facts.initializers?.['kernel'] ?? 'given weights'}).`,
    remedies: remediesFor(layers),
  });
}

function flattened(run: Run, layers: readonly InitialWeights[], left: number): Finding {
  const { facts } = layers.reduce((a, b) => (b.fit < a.fit ? b : a));
  return findingOf(run, id, {
    severity: 'warning',
    where: facts.path,
    evidence: { left, layers: layers.length },
    message:
      `Small initial weights (${facts.initializers?.['kernel'] ?? 'given weights'}) and the slopes of sigmoids leave ` +
      `1/${shortNumber(Number((1 / left).toPrecision(2)))} of a difference between two samples at the output, which is all but the same for all.`,
    remedies: fadingRemedies(
      layers.map((layer) => layer.facts),
      run.model,
    ),
  });
}

function overshot(run: Run, { loss, usual }: FirstLoss, { facts, growth }: Growth): Finding {
  return findingOf(run, id, {
    severity: 'warning',
    where: facts.path,
    evidence: { firstLoss: loss, usualLoss: usual, growth },
    message:
      `The first loss is ${shortNumber(loss)}, where small outputs would have ${shortNumber(Number(usual.toPrecision(2)))}: ` +
      `${facts.path} returns ${shortNumber(Number(growth.toPrecision(2)))} times what it gets, so that outputs are far too large.`,
    remedies: [isRecurrent(facts) ? orthogonalRemedy(facts.path) : fittingRemedy([facts])],
  });
}

function remediesFor(weights: readonly InitialWeights[]): Finding['remedies'] {
  const layers = weights.map(({ facts }) => facts);
  const found = initializerRemedies(layers);
  return found.length > 0 ? found : [fittingRemedy(layers)];
}

function fittingRemedy(layers: readonly LayerFacts[]): Remedy {
  return {
    kind: 'initializer',
    layers: layers.map(({ path }) => path),
    to: fittingInitializer(layers[0]?.activation),
    reason: 'its weights keep the variance of signals and gradients',
  };
}
