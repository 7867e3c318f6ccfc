import type { NamedTensorMap, Optimizer, Scalar, Tensor } from '@tensorflow/tfjs-core';
import type { ChangeSums } from '../kernels/compare.js';
import type { ClipRecord, StepRecord } from '../record/run.js';
import type { Budget } from './budget.js';
import { createBystanders } from './bystanders.js';
import type { Clipped } from './clipper.js';
import { type Draft, gradientReadings, isSick, recordOf, type StepEnd } from './draft.js';
import type { Reading } from './gauge.js';
import { deviceGauge } from './gauge-device.js';
import { hostGauge } from './gauge-host.js';
import { computesAsTfjs } from './growing-xs.js';
import { readsSynchronously, type StepObserver } from './hook.js';
import type { Unscaled } from './loss-scale.js';
import type { ModelView } from './model.js';
import type { ReadQueue } from './read-queue.js';
import { draftSequences, listenToFused } from './sequences.js';
import { type NamedGradient, type Slots, toList } from './slots.js';
import { clipReading, learningRateOf, lossScaleReading, penaltyReading } from './step-record.js';
import { createTapping } from './tapping.js';
import { compareWeights, holdWeights, measureWeights } from './weights.js';
import { sparsely } from './when.js';

/** What the observer needs to know of its surroundings. */
export interface ObserverOptions {
  /** Number of the first step. */
  readonly firstStep: number;
  readonly optimizer: () => Optimizer | undefined;
  readonly view: () => ModelView;
  readonly due: (step: number) => boolean;
  readonly histogramsDue: (step: number) => boolean;
  readonly activationsDue: (step: number) => boolean;
  readonly weightsDue: (step: number) => boolean;
  readonly clipName: () => string | undefined;
  readonly budget: Budget;
  /** Shared by all that is read back, so that one read is in flight. */
  readonly queue: ReadQueue;
  /** Receives how to make the records, in step order, and whether somebody must see them at once. */
  readonly record: (make: () => StepRecord | undefined, isUrgent: boolean) => void;
  /** Called before the record of a step that is not finite, where that is seen at once. */
  readonly broken: () => void;
  /** Called when gradients had to be put back into their slots. */
  readonly repaired: (step: number) => void;
  readonly failed: (error: unknown, step: number) => void;
}

/** Measures the steps of an optimizer, and those that a loop without one reports. */
export interface Observer extends StepObserver {
  /** Records gradients given by hand; within a hooked step they take the place of the optimizer's. */
  observe(gradients: NamedTensorMap, loss?: Scalar): void;
  /** Number of the next step, from {@link ObserverOptions.firstStep} on; all count, measured or not. */
  readonly steps: number;
  /** Steps measured, though their records may still be on their way. */
  readonly measured: number;
  /** Resolves when every record of the steps so far has been handed on. */
  settled(): Promise<void>;
  /** Gives the layers their own methods back; they are tapped again when next needed. */
  untap(): void;
  dispose(): void;
}

export function createObserver(options: ObserverOptions): Observer {
  let steps = options.firstStep;
  let measured = 0;
  let current = 0;
  let draft: Draft | undefined;
  /** A loss was computed, by the optimizer, whose gradients may or may not be applied. */
  let started = false;
  /** Gradients were told by hand since. */
  let told = false;
  let list: readonly NamedGradient[] = [];
  /** Trainable weights that the gradient of the loss did not reach. */
  let unreached: readonly NamedGradient[] = [];
  let before = new Map<string, Tensor>();
  /** Weights at the last hand-made record, against which the next one tells its update. */
  let observed = new Map<string, Tensor>();
  /** Gradients of the newest hand-made record, by their tensors. */
  let given: ReadonlySet<number> = new Set();
  let pending: Promise<void> = Promise.resolve();
  /** Records that are still being read back. */
  let underWay = 0;
  const tapping = createTapping(options);
  const bystanders = createBystanders(() => options.view().layers);

  const { budget } = options;

  const draftOf = (step: number): Draft | undefined => {
    if (!options.due(step) || !budget.allows()) return undefined;
    const gauge = readsSynchronously() ? hostGauge : deviceGauge(options.queue);
    return { step, gauge, sequences: draftSequences(gauge), taps: null };
  };
  /** Has the fused layers stop telling. */
  let hush = (): void => {};

  const measure = (target: Draft, gradients: readonly NamedGradient[]) =>
    gradientReadings(target.gauge, gradients, options.histogramsDue(target.step));

  const finish = (
    done: Draft,
    updates: ReadonlyMap<string, Reading<ChangeSums>>,
    clip?: Reading<ClipRecord>,
  ): void => {
    measured++;
    const ended: StepEnd = {
      wallTimeMs: Date.now(),
      learningRate: learningRateOf(options.optimizer()),
      watchShare: budget.share,
      keyOf: options.view().keyOf,
      updates,
      penalties: penaltiesOf(done, updates),
      clip,
    };
    const make = (): StepRecord | undefined => {
      try {
        return recordOf(done, ended);
      } catch (error) {
        options.failed(error, done.step);
        return undefined;
      }
    };
    const settling = done.gauge.settle();
    // After a switch from a GPU its last records are still on their way.
    if (settling === undefined && underWay === 0) {
      const isBroken = isSick(done);
      if (isBroken) options.broken();
      options.record(make, isBroken);
      return;
    }
    underWay++;
    pending = Promise.all([pending, settling])
      .then(() => budget.spend(() => options.record(make, true)))
      .catch((error) => options.failed(error, done.step))
      .finally(() => underWay--);
  };

  const layerOf = (variable: string): string => {
    const key = options.view().keyOf(variable);
    return key.slice(0, Math.max(0, key.lastIndexOf('/'))) || key;
  };
  /** By variable, of the weights as they were before the update. */
  const penaltiesOf = (
    { gauge }: Draft,
    updates: ReadonlyMap<string, Reading<ChangeSums>>,
  ): Map<string, Reading<number>> | undefined => {
    const { penalises, penaltyOf, keyOf } = options.view();
    if (!penalises) return undefined;
    const readings = new Map<string, Reading<number>>();
    for (const [name, change] of updates) {
      const penalty = penaltyOf(keyOf(name));
      const weight = before.get(name);
      if (penalty && weight) readings.set(name, penaltyReading(gauge, penalty, weight, change));
    }
    return readings;
  };

  const abandon = (): void => {
    hush();
    draft?.gauge.discard();
    draft = undefined;
    for (const tensor of before.values()) tensor.dispose();
    before = new Map();
    [list, unreached] = [[], []];
  };

  function observe(gradients: readonly NamedGradient[], loss: Scalar | undefined): void {
    const hooked = draft;
    given = new Set(gradients.map(({ tensor }) => tensor?.id ?? -1));
    told = started;
    // The step is not to be measured.
    if (started && !draft) return;
    current = steps;
    const target = draft ?? draftOf(current);
    if (!hooked) steps++;
    if (!target) return;
    if (loss) target.loss = target.gauge.scalar(loss);
    target.gradients = measure(target, gradients);
    if (hooked) return;
    const updates = compareWeights(target.gauge, observed, gradients);
    for (const tensor of observed.values()) tensor.dispose();
    observed = holdWeights(gradients);
    if (options.weightsDue(current)) target.weights = measureWeights(target.gauge, observed);
    finish(target, updates);
  }

  /** The draft's `taps`. Asks functions of the user. */
  function tapsAt(step: number): boolean | null {
    try {
      return options.activationsDue(step) ? options.histogramsDue(step) : null;
    } catch (error) {
      options.failed(error, step);
      return null;
    }
  }

  function start(): void {
    // Gradients given by hand for a step that then never came are a record of their own.
    const wasTold = draft?.gradients !== undefined;
    if (draft && wasTold) finish(draft, new Map());
    if (told) {
      steps++;
      budget.endStep(wasTold);
    }
    abandon();
    [started, told] = [true, false];
    current = steps;
    draft = draftOf(current);
    if (!draft) return;
    draft.taps = tapsAt(current);
    hush = listenToFused(options.view().layers, draft, draft.taps !== null, options.failed);
  }

  function begin(gradients: readonly NamedGradient[], slots: Slots, unscaled: Unscaled | undefined): void {
    // Told by hand and then applied, without the optimizer having computed them: one step, whose record is there already.
    if (!draft && gradients.length > 0 && gradients.every(({ tensor }) => given.has(tensor?.id ?? -1)))
      return;
    current = steps++;
    if (slots.repaired) options.repaired(current);
    if (!started) draft ??= draftOf(current);
    [started, told] = [false, false];
    if (!draft) return;
    draft.gradients ??= measure(draft, [...gradients, ...unreached]);
    draft.movedElsewhere = bystanders.moved(gradients);
    if (unscaled) draft.lossScale = lossScaleReading(draft.gauge, unscaled);
    list = [...(unscaled?.gradients ?? gradients), ...unreached];
    before = holdWeights(list);
    if (options.weightsDue(current)) draft.weights = measureWeights(draft.gauge, before);
  }

  function endStep(done: Draft, clipped: Clipped | undefined, accepted: boolean | Scalar): void {
    const clip =
      clipped && clipReading(done.gauge, list, clipped, accepted, options.clipName() ?? 'clip', layerOf);
    finish(done, compareWeights(done.gauge, before, list), clip);
    draft = undefined;
    abandon();
  }

  return {
    start: () => budget.spend(start),
    computeGradients(f, variables) {
      const optimizer = options.optimizer();
      if (!draft || draft.taps === null || !optimizer || !computesAsTfjs(optimizer)) return undefined;
      const tapped = tapping.differentiate(draft, draft.taps, f, variables);
      if (tapped) draft.activations = tapped.activations;
      return tapped?.gradients;
    },
    forward() {
      if (draft && sparsely(current)) budget.spend(() => bystanders.meet());
    },
    loss(value, all) {
      budget.spend(() => {
        hush();
        if (!draft) return;
        draft.loss = draft.gauge.scalar(value);
        const missing = all ? [...options.view().trainable].filter((name) => !Object.hasOwn(all, name)) : [];
        unreached = missing.map((name) => ({ name, tensor: null }));
      });
    },
    begin: (gradients, slots, unscaled) => budget.spend(() => begin(gradients, slots, unscaled)),
    end(clipped, accepted) {
      const done = draft;
      try {
        if (done) budget.spend(() => endStep(done, clipped, accepted));
      } finally {
        budget.endStep(done !== undefined);
      }
    },
    failed(error) {
      abandon();
      options.failed(error, current);
    },
    observe(gradients, loss) {
      const [isStep, before] = [!started, measured];
      try {
        budget.spend(() => observe(toList(gradients), loss));
      } catch (error) {
        options.failed(error, current);
      } finally {
        if (isStep) budget.endStep(measured > before);
      }
    },
    get steps() {
      return steps;
    },
    get measured() {
      return measured;
    },
    settled: () => pending,
    untap: () => tapping.remove(),
    dispose() {
      tapping.remove();
      abandon();
      for (const tensor of observed.values()) tensor.dispose();
      observed = new Map();
    },
  };
}
