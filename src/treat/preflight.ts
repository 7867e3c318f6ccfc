import { clone, keep, type Optimizer, type Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Finding, Rule } from '../record/finding.js';
import { assertKnownOptions } from '../record/known-options.js';
import type { Run } from '../record/run.js';
import { deadUnits } from '../rules/dead-units.js';
import { defaultRules } from '../rules/default-rules.js';
import { diagnose } from '../rules/diagnose.js';
import { explodingThroughTime } from '../rules/exploding-through-time.js';
import { findingOf } from '../rules/finding-of.js';
import { gateSaturation } from '../rules/gate-saturation.js';
import { guessLoss } from '../rules/guess-loss.js';
import { inputScale } from '../rules/input-scale.js';
import { poorInitialization } from '../rules/poor-initialization.js';
import { saturatedActivation } from '../rules/saturated-activation.js';
import { targetScale } from '../rules/target-scale.js';
import { timeProfiles } from '../rules/through-time.js';
import { vanishingGradient } from '../rules/vanishing-gradient.js';
import { watch } from '../watch/watch.js';
import type { PreflightOptions, PreflightReport } from './preflight-report.js';
import { holdStates, withoutOwn } from './put-back.js';
import { samplesOf, take } from './samples.js';
import { signalProfile } from './signal-profile.js';

/** Rules that otherwise wait for the loss. */
const impatient: readonly Rule[] = [
  inputScale({ atOnce: true }),
  targetScale({ atOnce: true }),
  poorInitialization({ atOnce: true }),
  gateSaturation({ atOnce: true }),
  explodingThroughTime({ atOnce: true }),
  saturatedActivation({ atOnce: true }),
  deadUnits({ atOnce: true }),
  vanishingGradient({ atOnce: true }),
];
const rules = defaultRules.map((rule) => impatient.find(({ id }) => id === rule.id) ?? rule);

/**
 * Looks at a compiled model before its training: one batch forward and back, and no update.
 *
 * Reports what the default rules find in that one step, those for initialisation, scales, dead and saturated units, gates
 * and vanishing gradients judging at once; the output and the gradient of each layer, measured and foretold from its
 * configuration; how the gradient changes from layer to layer, split into the part of the weights and that of the
 * activations; the loss beside that of a constant prediction; and for how many time steps recurrent layers remember. A layer
 * that the backend cannot train becomes a finding and no exception.
 *
 * Weights, also those of batch normalisation, and the moments of the optimizer stay bit-identical.
 *
 * Cost: one step on `batchSize` samples. Source: arXiv 1502.01852, arXiv 1211.5063; thresholds as in the rules.
 *
 * @param model - Compiled, and not watched.
 * @param x - Inputs, a tensor for each input of the model; not disposed.
 * @param y - Targets likewise.
 * @param options - How many samples to take.
 * @throws TypeError when the model is not compiled or the data are no tensors.
 * @throws RangeError when x and y differ in length, or `batchSize` is no positive integer.
 * @throws Error when the model is watched already.
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import * as tfl from '@tensorflow/tfjs-layers';
 * import { preflight } from 'gradient-health';
 *
 * const model = tfl.sequential();
 * for (let depth = 0; depth < 8; depth++) {
 *   const kernelInitializer = tfl.initializers.randomUniform({ minval: -0.05, maxval: 0.05, seed: depth });
 *   model.add(tfl.layers.dense({ units: 16, activation: 'sigmoid', kernelInitializer, ...(depth === 0 && { inputShape: [4] }) }));
 * }
 * model.add(tfl.layers.dense({ units: 1, activation: 'sigmoid' }));
 * model.compile({ optimizer: 'adam', loss: 'binaryCrossentropy' });
 * const { findings } = await preflight(model, tf.randomNormal([64, 4], 0, 1, 'float32', 1), tf.ones([64, 1]));
 * console.log(findings.map(({ rule }) => rule));
 * // [ 'poor-initialization', 'vanishing-gradient' ]
 * ```
 */
export async function preflight(
  model: LayersModel,
  x: Tensor | readonly Tensor[],
  y: Tensor | readonly Tensor[],
  options: PreflightOptions = {},
): Promise<PreflightReport> {
  assertKnownOptions('preflight', options, ['batchSize']);
  const { batchSize = 32 } = options;
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new RangeError(`preflight: batchSize must be a positive integer, got ${batchSize}`);
  }
  const optimizer = optimizerOf(model);
  const samples = samplesOf(x, y, 'preflight');
  const count = Math.min(batchSize, samples.count);
  const rows = Array.from({ length: count }, (_, i) => Math.floor((i * samples.count) / count));
  const batch = take(samples, rows);
  try {
    const { run, failure } = await look(model, optimizer, batch.x, batch.y);
    return reportOn(run, failure);
  } finally {
    for (const tensor of [...batch.x, ...batch.y]) tensor.dispose();
  }
}

function optimizerOf(model: LayersModel): Optimizer {
  try {
    if (model.optimizer) return model.optimizer;
  } catch {
    // A Sequential without layers throws where others have no optimizer.
  }
  throw new TypeError('preflight: the model has no optimizer and no loss; call model.compile(...) first');
}

/** Takes a step whose update is left out, and puts back what a forward pass changes. */
async function look(
  model: LayersModel,
  optimizer: Optimizer,
  x: readonly Tensor[],
  y: readonly Tensor[],
): Promise<{ readonly run: Run; readonly failure: unknown }> {
  const before = model.weights.map((weight) => [weight, keep(clone(weight.read()))] as const);
  const putBack = withoutOwn(optimizer);
  const restoreStates = holdStates(model);
  Object.defineProperty(optimizer, 'applyGradients', { value: () => {}, configurable: true, writable: true });
  let failure: unknown;
  try {
    const monitor = watch(model, { quiet: true, rules: [], activations: 1, histograms: () => false });
    try {
      await model.trainOnBatch([...x], [...y]);
    } catch (error) {
      failure = error;
    }
    await monitor.stop();
    return { run: monitor.run, failure };
  } finally {
    putBack();
    restoreStates();
    for (const [weight, value] of before) {
      if (!weight.trainable) weight.write(value);
      value.dispose();
    }
  }
}

function reportOn(run: Run, failure: unknown): PreflightReport {
  const diagnosis = diagnose(run, rules);
  const profile = signalProfile(run);
  const loss = run.steps[0]?.loss ?? null;
  const chance = guessLoss(run);
  const failed: Finding[] =
    failure === undefined
      ? []
      : [
          findingOf(run, 'step-failed', {
            severity: 'error',
            evidence: {},
            message: `The model cannot take a training step here: ${failure instanceof Error ? failure.message : String(failure)}`,
          }),
        ];
  const memory = Object.fromEntries(
    timeProfiles(run, 1).map(({ path, factor }) => [
      path,
      factor < 1 ? Math.log(0.5) / Math.log(factor) : Number.POSITIVE_INFINITY,
    ]),
  );
  const verdict =
    failed.length > 0
      ? (failed[0] as Finding).message
      : diagnosis.verdict.replace(/^Training suffers/, 'Training would suffer');
  return { run, findings: [...failed, ...diagnosis.findings], verdict, profile, loss, chance, memory };
}
