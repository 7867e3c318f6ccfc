import { backend, getBackend, type Optimizer } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { isLayersModel } from '../layout/is-layers-model.js';
import type { DataFacts } from '../record/run.js';
import { findingText } from '../report/finding-text.js';
import { defaultRules } from '../rules/default-rules.js';
import { assertNeedsNoModel, assertOptions } from './assert-options.js';
import { createAttachment } from './attachment.js';
import { createAutopsy } from './autopsy.js';
import { createBudget } from './budget.js';
import { type DataLook, lookAtData } from './data-look.js';
import { deviceGauge } from './gauge-device.js';
import { hostGauge } from './gauge-host.js';
import { existingHook, isOptimizer, readsSynchronously } from './hook.js';
import { createLossScaler } from './loss-scale.js';
import { followOptimizer, type ModelView, optimizerOf, viewOf } from './model.js';
import type { Monitor, WatchOptions } from './monitor.js';
import { clippedElsewhere, slotsRepaired, watchedElsewhere, watchFailed } from './observation.js';
import { createObserver } from './observer.js';
import { createOutbox } from './outbox.js';
import { createReadQueue } from './read-queue.js';
import { createRecorder } from './recorder.js';
import { assertUnwatched, markWatched, notATarget } from './watched.js';
import { schedule, sparsely } from './when.js';

/**
 * Watches the gradients of every optimizer step and tells which layer is in trouble, since which step, why, and what to
 * do about it.
 *
 * Works with `fit`, `fitDataset`, `trainOnBatch`, `optimizer.minimize` and `variableGrads` + `applyGradients`; a model may
 * be compiled later, and again. Without `clip`, training is bit-identical to unwatched training. A NaN or infinite
 * gradient is counted and recorded, never skipped. Nothing that the watching does throws into training: its own failures
 * become findings.
 *
 * Cost: one pass over gradients and weights a measured step; no tensor outlives its step.
 *
 * @param target - A model, or a bare optimizer: then records are keyed by variable name and know no depth.
 * @param options - When to measure, what to look for, where records go.
 * @throws TypeError when `target` is neither a `LayersModel` nor an `Optimizer`, or an option is of the wrong type.
 * @throws RangeError when an option is out of range.
 * @throws Error when the target is watched already, or clipped already and `clip` is given.
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import * as tfl from '@tensorflow/tfjs-layers';
 * import { watch } from 'gradient-health';
 *
 * const model = tfl.sequential({ layers: [tfl.layers.dense({ units: 1, inputShape: [2], name: 'line' })] });
 * model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
 * const monitor = watch(model);
 * await model.fit(tf.ones([8, 2]), tf.ones([8, 1]), { epochs: 5, batchSize: 4, verbose: 0 });
 * console.log(monitor.records.length, Object.keys(monitor.records[0].variables));
 * // 10 [ 'line/kernel', 'line/bias' ]
 * await monitor.stop();
 * ```
 */
export function watch(target: LayersModel | Optimizer, options: WatchOptions = {}): Monitor {
  assertOptions(options);
  const { every = 1, histograms = byDefault, rules = defaultRules, sinks = [], quiet = false } = options;
  const {
    clip,
    lossScale,
    activations = sparsely,
    weights = false,
    autopsy: examines = false,
    history = 1000,
    firstStep = 0,
    stopOn = 'never',
    onStep,
    onFinding,
  } = options;
  const model = isLayersModel(target) ? target : undefined;
  if (!model && !isOptimizer(target)) throw notATarget(target);
  if (!model) assertNeedsNoModel(options);
  if (lossScale) createLossScaler(lossScale).dispose();
  const due = schedule('every', every);
  const histogramsDue = schedule('histograms', histograms);
  const activationsDue = activations === false || !model ? () => false : schedule('activations', activations);
  const weightsDue = weights === false ? () => false : schedule('weights', weights);
  const budget = createBudget(options.budget);
  const given = isOptimizer(target) ? target : options.optimizer;
  const first = given ?? (model && optimizerOf(model));
  assertUnwatched(target, first, clip !== undefined);

  /** From the first optimizer until the last record is in: on GPUs records come after `stop` has let go of the optimizer. */
  let describes = false;
  let view = viewOf(model, options.optimizer);
  let look: DataLook | undefined;
  let described: string | undefined;
  let describedData: DataFacts | null = null;
  const queue = createReadQueue();
  const autopsy = model && examines ? createAutopsy(model, () => view.layers) : undefined;

  const recorder = createRecorder({
    rules,
    sinks,
    history,
    onStep,
    onFinding(finding) {
      if (!quiet) console.warn(findingText(finding));
      onFinding?.(finding);
      if (stopOn === 'error' && finding.severity === 'error' && model) model.stopTraining = true;
    },
  });
  const outbox = createOutbox(
    () => recorder.patience,
    (record) => {
      describe();
      recorder.add(record);
      const cause = autopsy?.examine(record);
      if (cause) recorder.note(cause);
    },
  );
  const observer = createObserver({
    firstStep,
    optimizer: () => attachment.optimizer,
    view: () => view,
    due,
    histogramsDue,
    budget,
    queue,
    activationsDue,
    weightsDue,
    clipName: () => attachment.optimizer && existingHook(attachment.optimizer)?.clipper?.strategy.name,
    record: (make, isUrgent) => outbox.add(make, isUrgent || autopsy !== undefined),
    broken: () => look?.examine(),
    repaired: (step) => recorder.note(slotsRepaired(step)),
    failed: (error, step) => recorder.note(watchFailed(error, step)),
  });
  const attachment = createAttachment({
    observer,
    clip,
    lossScale,
    clipsAlready: (strategy) => recorder.note(clippedElsewhere(strategy)),
    layers: () => view.layers,
  });

  /** Tells the facts anew after each compile and on another backend; a model that is not built has none yet. */
  function describe(): void {
    if (!describes || model?.built === false) return;
    const data = look?.facts ?? describedData;
    if (described === getBackend() && data === describedData) return;
    described = getBackend();
    describedData = data;
    const epsilon = backend().epsilon();
    recorder.describe({ schema: 1, model: view.facts, backend: { name: described, epsilon }, data });
  }

  const release = (): void => {
    attachment.release();
    observer.untap();
    look?.remove();
  };
  const hookUp = (next: Optimizer): void => {
    release();
    if (!attachment.attach(next)) {
      recorder.note(watchedElsewhere());
      return;
    }
    describes = true;
    view = viewOf(model, options.optimizer);
    described = undefined;
    if (model)
      look = lookAtData(
        model,
        () => (readsSynchronously() ? hostGauge : deviceGauge(queue)),
        observer.failed,
        autopsy && ((data) => autopsy.begin(observer.steps, data)),
      );
  };
  const unfollow = given ? hookUp(given) : model && followOptimizer(model, hookUp);
  const unmark = markWatched(target);

  let stopped = false;
  const monitor: Monitor = {
    get run() {
      outbox.drain();
      describe();
      return recorder.run;
    },
    get records() {
      outbox.drain();
      return recorder.run.steps;
    },
    get findings() {
      return recorder.findings;
    },
    report() {
      outbox.drain();
      const report = recorder.report();
      return report.run.steps.length > 0
        ? report
        : {
            ...report,
            verdict: `No step recorded yet: ${whyNothing(model, given, view, observer.steps - firstStep, observer.measured)}.`,
          };
    },
    callback: {
      onBatchEnd: () => observer.settled(),
      onTrainEnd: () => monitor.flush(),
    },
    observe: (gradients, loss) => observer.observe(gradients, loss),
    restore: () => autopsy?.restore() ?? null,
    async flush() {
      await look?.settled();
      await observer.settled();
      outbox.drain();
      await recorder.flush();
    },
    async stop() {
      if (stopped) return;
      stopped = true;
      release();
      unfollow?.();
      unmark();
      observer.dispose();
      await monitor.flush();
      describes = false;
      autopsy?.dispose();
      await recorder.close();
    },
  };
  return monitor;
}

/**
 * Collects histograms of every gradient at every step: {@link watch} without rules.
 *
 * @param target - A model or an optimizer.
 * @param options - As for `watch`; `histograms` is 1, every step, unless given.
 * @throws As `watch` does.
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs-core';
 * import { collectHistograms } from 'gradient-health';
 *
 * const weight = tf.variable(tf.tensor1d([1, 2]), true, 'weight');
 * const optimizer = tf.train.sgd(0.1);
 * const monitor = collectHistograms(optimizer);
 * optimizer.minimize(() => tf.sum(tf.square(weight)));
 * console.log(monitor.records[0].variables.weight.gradient?.histogram?.bins);
 * // [ [ 256, 1 ], [ 258, 1 ] ]
 * await monitor.stop();
 * ```
 */
export function collectHistograms(
  target: LayersModel | Optimizer,
  options: Omit<WatchOptions, 'rules'> = {},
): Monitor {
  return watch(target, { histograms: 1, ...options, rules: [] });
}

/** Often enough at the beginning to see what ends soon. */
const byDefault = (step: number): boolean => step % 10 === 0 || sparsely(step);

function whyNothing(
  model: LayersModel | undefined,
  given: Optimizer | undefined,
  view: ModelView,
  steps: number,
  measured: number,
): string {
  if (model && !given && !optimizerOf(model)) {
    return 'the model is not compiled; call model.compile(...) and train, or name the optimizer of your loop: watch(model, { optimizer })';
  }
  if (model && view.layers.every(({ layer }) => layer.trainableWeights.length === 0)) {
    return 'the model has no trainable weights';
  }
  if (steps === 0) return 'the optimizer has not taken a step since watching began';
  if (measured === 0) return `${steps} steps were taken, but the option "every" chose none of them`;
  return 'measurements are still on the device; await monitor.flush(), or pass monitor.callback to fit';
}
