import { backend, getBackend, type Optimizer } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { isLayersModel } from '../layout/is-layers-model.js';
import type { Finding } from '../record/finding.js';
import type { DataFacts } from '../record/run.js';
import { findingText } from '../report/finding-text.js';
import { defaultRules } from '../rules/default-rules.js';
import { assertOptions } from './assert-options.js';
import { createAutopsy } from './autopsy.js';
import { createBudget } from './budget.js';
import { attachClipper, detachClipper } from './clipping.js';
import { type DataLook, lookAtData } from './data-look.js';
import { deviceGauge } from './gauge-device.js';
import { hostGauge } from './gauge-host.js';
import { existingHook, hookOf, isOptimizer, readsSynchronously, releaseHook } from './hook.js';
import { createLossScaler } from './loss-scale.js';
import { describeWeights, followOptimizer, optimizerOf, viewOf } from './model.js';
import type { Monitor, WatchOptions } from './monitor.js';
import { createObserver } from './observer.js';
import { createOutbox } from './outbox.js';
import { createReadQueue } from './read-queue.js';
import { createRecorder, observation } from './recorder.js';
import { schedule, sparsely } from './when.js';

/** Marks a watched model; registered globally, so that two builds of this library see it. */
const watchedKey: unique symbol = Symbol.for('gradient-health.watched') as typeof watchedKey;

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
  const { every = 1, histograms = 10, rules = defaultRules, sinks = [], quiet = false } = options;
  const {
    clip,
    lossScale,
    activations = sparsely,
    weights = false,
    autopsy: examines = false,
    history = 1000,
    stopOn = 'never',
    onStep,
    onFinding,
  } = options;
  const model = isLayersModel(target) ? target : undefined;
  if (!model && !isOptimizer(target)) throw notATarget(target);
  if (lossScale) createLossScaler(lossScale).dispose();
  const due = schedule('every', every);
  const histogramsDue = schedule('histograms', histograms);
  const activationsDue = activations === false || !model ? () => false : schedule('activations', activations);
  const weightsDue = weights === false ? () => false : schedule('weights', weights);
  const budget = createBudget(options.budget);
  const first = model ? optimizerOf(model) : (target as Optimizer);
  refuseSecondWatch(target, first, clip !== undefined);

  let optimizer: Optimizer | undefined;
  /** From the first optimizer until the last record is in: on GPUs records come after `stop` has let go of the optimizer. */
  let describes = false;
  let view = viewOf(model);
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
    optimizer: () => optimizer,
    view: () => view,
    due,
    histogramsDue,
    budget,
    queue,
    activationsDue,
    weightsDue,
    clipName: () => optimizer && existingHook(optimizer)?.clipper?.strategy.name,
    record: (make, isUrgent) => outbox.add(make, isUrgent || autopsy !== undefined),
    repaired: (step) => recorder.note(slotsRepaired(step)),
    failed: (error, step) => {
      const message = `Watching failed at step ${step} and left that step out: ${String(error)}. Training goes on.`;
      recorder.note(observation('watch-failed', 'warning', step, message));
    },
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
    if (!optimizer) return;
    const hook = existingHook(optimizer);
    if (hook?.observer === observer) hook.observer = undefined;
    observer.untap();
    if (clip) detachClipper(optimizer, clip);
    if (hook && lossScale) {
      hook.scaler?.dispose();
      hook.scaler = undefined;
    }
    releaseHook(optimizer);
    look?.remove();
    optimizer = undefined;
  };
  const hookUp = (next: Optimizer): void => {
    release();
    if (existingHook(next)?.observer) {
      const message =
        'The optimizer that the model was compiled with is watched by another monitor; this one sees nothing.';
      recorder.note(observation('watch-failed', 'warning', 0, message));
      return;
    }
    optimizer = next;
    describes = true;
    view = viewOf(model);
    described = undefined;
    if (model)
      look = lookAtData(
        model,
        () => (readsSynchronously() ? hostGauge : deviceGauge(queue)),
        observer.failed,
        autopsy && ((data) => autopsy.begin(observer.steps, data)),
      );
    hookOf(next).observer = observer;
    if (lossScale) hookOf(next).scaler = createLossScaler(lossScale);
    if (clip) attachClipper(next, clip, () => describeWeights(view.layers));
  };
  const unfollow = model ? followOptimizer(model, hookUp) : hookUp(target as Optimizer);
  Object.defineProperty(target, watchedKey, { value: true, configurable: true });

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
        : { ...report, verdict: `No step recorded yet: ${whyNothing()}.` };
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
      delete (target as { [watchedKey]?: true })[watchedKey];
      observer.dispose();
      await monitor.flush();
      describes = false;
      autopsy?.dispose();
      await recorder.close();
    },
  };

  function whyNothing(): string {
    if (model && !optimizerOf(model)) return 'the model is not compiled; call model.compile(...) and train';
    if (model && view.layers.every(({ layer }) => layer.trainableWeights.length === 0)) {
      return 'the model has no trainable weights';
    }
    if (observer.steps === 0) return 'the optimizer has not taken a step since watching began';
    if (observer.measured === 0)
      return `${observer.steps} steps were taken, but the option "every" chose none of them`;
    return 'measurements are still on the device; await monitor.flush(), or pass monitor.callback to fit';
  }
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

function notATarget(target: unknown): TypeError {
  const got = target === null ? 'null' : typeof target === 'object' ? target.constructor.name : typeof target;
  return new TypeError(
    `watch: expected a tfjs LayersModel or Optimizer, got ${got}. Graph models and other frozen models do not train.`,
  );
}

function refuseSecondWatch(target: object, optimizer: Optimizer | undefined, clips: boolean): void {
  const hook = optimizer && existingHook(optimizer);
  if (watchedKey in target || hook?.observer) {
    throw new Error('watch: this is watched already; use that monitor, or call its stop() first');
  }
  if (clips && hook?.clipper) {
    throw new Error(
      `watch: the optimizer already clips with ${hook.clipper.strategy.name}; leave out the option "clip" or call stopClipping(optimizer) first`,
    );
  }
}

function slotsRepaired(step: number): Finding {
  return observation(
    'gradient-order',
    'info',
    step,
    'The set of gradients changed between steps. tfjs keeps the moments of an optimizer by position, so weights would have ' +
      'met the moments of others; the monitor put every gradient back into its own slot. Without it, pass the optimizer a ' +
      'list with null for missing gradients.',
  );
}
