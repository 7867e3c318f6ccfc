import { engine, type NamedTensorMap, type Optimizer, type Scalar, type Tensor } from '@tensorflow/tfjs-core';
import type { PairSums } from '../kernels/compare.js';
import type { ClipRecord, StepRecord, TensorStats, VariableRecord } from '../record/run.js';
import type { Clipped } from './clipper.js';
import { type Gauge, hold, type Reading } from './gauge.js';
import { deviceGauge } from './gauge-device.js';
import { hostGauge } from './gauge-host.js';
import { readsSynchronously, type StepObserver } from './hook.js';
import type { KeyOf } from './names.js';
import { createReadQueue } from './read-queue.js';
import { type NamedGradient, type Slots, toList } from './slots.js';

/** What the observer needs to know of its surroundings. */
export interface ObserverOptions {
  readonly optimizer: () => Optimizer | undefined;
  readonly keyOf: KeyOf;
  readonly due: (step: number) => boolean;
  readonly histogramsDue: (step: number) => boolean;
  readonly clipName: () => string | undefined;
  /** Receives the records, in step order. */
  readonly record: (record: StepRecord) => void;
  /** Called when gradients had to be put back into their slots. */
  readonly repaired: (step: number) => void;
  readonly failed: (error: unknown, step: number) => void;
}

/** Measures the steps of an optimizer, and those that a loop without one reports. */
export interface Observer extends StepObserver {
  /** Records gradients given by hand; within a hooked step they take the place of the optimizer's. */
  observe(gradients: NamedTensorMap, loss?: Scalar): void;
  /** Steps seen, measured or not. */
  readonly steps: number;
  /** Steps measured, though their records may still be on their way. */
  readonly measured: number;
  /** Resolves when every record of the steps so far has been handed on. */
  settled(): Promise<void>;
  dispose(): void;
}

/** One step as it is being measured. */
interface Draft {
  readonly step: number;
  readonly gauge: Gauge;
  loss?: Reading<number>;
  gradients?: ReadonlyMap<string, Reading<TensorStats> | null>;
}

export function createObserver(options: ObserverOptions): Observer {
  const queue = createReadQueue();
  let steps = 0;
  let measured = 0;
  let draft: Draft | undefined;
  let list: readonly NamedGradient[] = [];
  let before = new Map<string, Tensor>();
  /** Weights at the last hand-made record, against which the next one tells its update. */
  let observed = new Map<string, Tensor>();
  let pending: Promise<void> = Promise.resolve();

  const draftOf = (step: number): Draft | undefined =>
    options.due(step) ? { step, gauge: readsSynchronously() ? hostGauge() : deviceGauge(queue) } : undefined;

  const measure = (target: Draft, gradients: readonly NamedGradient[]): NonNullable<Draft['gradients']> => {
    const histogram = options.histogramsDue(target.step);
    return new Map(
      gradients.map(({ name, tensor }) => [
        name,
        tensor == null ? null : target.gauge.stats(tensor, histogram),
      ]),
    );
  };

  const finish = (
    done: Draft,
    updates: ReadonlyMap<string, Reading<PairSums>>,
    clip?: Reading<ClipRecord>,
  ): void => {
    measured++;
    const wallTimeMs = Date.now();
    const learningRate = learningRateOf(options.optimizer());
    const emit = (): void => {
      const variables = [...(done.gradients ?? [])].map(([name, gradient]) => {
        return [options.keyOf(name), variableRecord(gradient?.() ?? null, updates.get(name)?.())] as const;
      });
      options.record({
        step: done.step,
        wallTimeMs,
        loss: done.loss?.() ?? null,
        learningRate,
        globalNorm: globalNorm(variables.map(([, { gradient }]) => gradient)),
        ...(clip && { clip: clip() }),
        variables: Object.fromEntries(variables),
      });
    };
    const settling = done.gauge.settle();
    if (settling === undefined) {
      emit();
      return;
    }
    pending = Promise.all([pending, settling])
      .then(emit)
      .catch((error) => options.failed(error, done.step));
  };

  const abandon = (): void => {
    draft?.gauge.discard();
    draft = undefined;
    for (const tensor of before.values()) tensor.dispose();
    before = new Map();
    list = [];
  };

  return {
    loss(value) {
      // Gradients given by hand for a step that then never came are a record of their own.
      if (draft?.gradients) finish(draft, new Map());
      else abandon();
      draft = draftOf(steps);
      if (draft) draft.loss = draft.gauge.scalar(value);
    },
    begin(gradients: readonly NamedGradient[], slots: Slots) {
      if (slots.repaired) options.repaired(steps);
      draft ??= draftOf(steps);
      steps++;
      if (!draft) return;
      draft.gradients ??= measure(draft, gradients);
      list = gradients;
      before = holdWeights(gradients);
    },
    end(clipped, accepted) {
      if (!draft) return;
      const { gauge } = draft;
      const clip = clipped && clipReading(gauge, list, clipped, accepted, options.clipName() ?? 'clip');
      finish(draft, compareWeights(gauge, before), clip);
      draft = undefined;
      abandon();
    },
    failed(error) {
      abandon();
      options.failed(error, Math.max(0, steps - 1));
    },
    observe(gradients, loss) {
      const hooked = draft;
      const target = draft ?? draftOf(steps);
      if (!target) {
        steps++;
        return;
      }
      if (loss) target.loss = target.gauge.scalar(loss);
      const given = toList(gradients);
      target.gradients = measure(target, given);
      if (hooked) return;
      steps++;
      const updates = compareWeights(target.gauge, observed, given);
      for (const tensor of observed.values()) tensor.dispose();
      observed = holdWeights(given);
      finish(target, updates);
    },
    get steps() {
      return steps;
    },
    get measured() {
      return measured;
    },
    settled: () => pending,
    dispose() {
      abandon();
      for (const tensor of observed.values()) tensor.dispose();
      observed = new Map();
    },
  };
}

function holdWeights(gradients: readonly NamedGradient[]): Map<string, Tensor> {
  const { registeredVariables } = engine();
  const held = new Map<string, Tensor>();
  for (const { name } of gradients) {
    const variable = registeredVariables[name];
    if (variable) held.set(name, hold(variable));
  }
  return held;
}

/** Compares held weights with the present ones; a weight not held before is compared with itself. */
function compareWeights(
  gauge: Gauge,
  before: ReadonlyMap<string, Tensor>,
  gradients: readonly { readonly name: string }[] = [...before.keys()].map((name) => ({ name })),
): Map<string, Reading<PairSums>> {
  const { registeredVariables } = engine();
  const readings = new Map<string, Reading<PairSums>>();
  for (const { name } of gradients) {
    const variable = registeredVariables[name];
    if (variable) readings.set(name, gauge.compare(before.get(name) ?? variable, variable));
  }
  return readings;
}

function variableRecord(gradient: TensorStats | null, weight: PairSums | undefined): VariableRecord {
  const weightNorm = Math.sqrt(weight?.aSquares ?? 0);
  const updateNorm = Math.sqrt(weight?.differenceSquares ?? 0);
  return { gradient, weightNorm, updateNorm, updateRatio: updateNorm === 0 ? 0 : updateNorm / weightNorm };
}

function globalNorm(gradients: readonly (TensorStats | null)[]): number {
  let [squares, nans, infs] = [0, 0, 0];
  for (const gradient of gradients) {
    squares += (gradient?.norm ?? 0) ** 2;
    nans += gradient?.nans ?? 0;
    infs += gradient?.infs ?? 0;
  }
  if (nans > 0) return Number.NaN;
  return infs > 0 ? Infinity : Math.sqrt(squares);
}

function clipReading(
  gauge: Gauge,
  raw: readonly NamedGradient[],
  { gradients }: Clipped,
  accepted: boolean | Scalar,
  name: string,
): Reading<ClipRecord> {
  const pairs = raw.flatMap(({ name: variable, tensor }) => {
    const after = gradients[variable];
    return tensor != null && after ? [gauge.compare(tensor, after)] : [];
  });
  const accept = typeof accepted === 'boolean' ? () => Number(accepted) : gauge.scalar(accepted);
  return () => {
    let [rawSquares, squares, dot, differing] = [0, 0, 0, 0];
    for (const pair of pairs) {
      const sums = pair();
      rawSquares += sums.aSquares;
      squares += sums.bSquares;
      dot += sums.dot;
      differing += sums.differing;
    }
    return {
      name,
      normAfter: Math.sqrt(squares),
      fired: differing > 0,
      accepted: accept() !== 0,
      cosine: Math.max(-1, Math.min(1, dot / Math.sqrt(rawSquares * squares))),
    };
  };
}

function learningRateOf(optimizer: Optimizer | undefined): number | null {
  const rate = optimizer?.getConfig()['learningRate'];
  return typeof rate === 'number' ? rate : null;
}
