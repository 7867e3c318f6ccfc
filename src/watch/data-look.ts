import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { DataFacts, TensorStats } from '../record/run.js';
import { mergeStats } from '../stats/merge.js';
import type { Gauge } from './gauge.js';
import { createLaterTargets } from './later-targets.js';

/** Sees the first batches that a model is trained on, and ever more rarely the targets of later ones. */
export interface DataLook {
  /** What was seen so far; a new object whenever it tells more. */
  readonly facts: DataFacts | null;
  /** Tells of the batch at hand too, whose step was not finite. For backends whose values can be read at once. */
  examine(): void;
  /** Resolves when the batches so far are in the facts. */
  settled(): Promise<void>;
  /** Gives the model its own method back. */
  remove(): void;
}

/** Batches, and then elements, after which the data is known well enough. */
const MOST_BATCHES = 32;
const MOST_ELEMENTS = 2 ** 22;
/** Later batches that are examined because their steps were not finite: broken weights break all that follow. */
const MOST_EXAMINED = 4;
/** Batches after which the facts are told anew; sinks hear of each. */
const milestones: ReadonlySet<number> = new Set([1, 4, 16]);

/** The part of a model that its types hide: what `fit`, `fitDataset` and `trainOnBatch` call with inputs and targets. */
interface Trainer {
  readonly inputs: readonly unknown[];
  readonly outputs: readonly unknown[];
  makeTrainFunction(): (data: Tensor[]) => unknown;
}

/**
 * Looks at inputs and targets before each of the first steps, and then twice in every doubling at targets alone.
 *
 * @param gaugeOf - A new gauge for each batch.
 * @param failed - Receives whatever the looking itself threw.
 * @param onBatch - Called before each step, with inputs and then targets.
 */
export function lookAtData(
  model: LayersModel,
  gaugeOf: () => Gauge,
  failed: (error: unknown) => void,
  onBatch?: (data: readonly Tensor[]) => void,
): DataLook {
  // A Sequential hands its training to the model inside it.
  const trainer = ((model as { model?: unknown }).model ?? model) as Trainer;
  const { makeTrainFunction } = trainer;
  let facts: DataFacts | null = null;
  let published: DataFacts | null = null;
  let batches = 0;
  let steps = 0;
  let examined = 0;
  /** The batch of the step that is being taken, and whether it was looked at. */
  let current: { readonly data: readonly Tensor[]; readonly isKnown: boolean } | undefined;
  let looking = true;
  let removed = false;
  let pending: Promise<void> = Promise.resolve();

  const measure = (tensors: readonly Tensor[], use: (stats: readonly TensorStats[]) => void): void => {
    const gauge = gaugeOf();
    const readings = tensors.map((tensor) => gauge.stats(tensor, false));
    const done = (): void => use(readings.map((reading) => reading()));
    const settling = gauge.settle();
    if (settling) pending = Promise.all([pending, settling]).then(done).catch(failed);
    else done();
  };
  const add = (input: TensorStats, target: TensorStats | undefined, batchSize: number): void => {
    const before = facts;
    const targets = [before?.target, target].filter((stats) => stats !== undefined);
    facts = {
      ...before,
      input: before ? mergeStats(before.input, input) : input,
      ...(targets[0] && { target: targets.reduce((a, b) => mergeStats(a, b)) }),
      batchSize: Math.max(before?.batchSize ?? 0, batchSize),
    };
    batches++;
    looking = batches < MOST_BATCHES && facts.input.size < MOST_ELEMENTS;
    if (milestones.has(batches) || !looking) published = facts;
  };
  const targetsOf = (data: readonly Tensor[]): Tensor | undefined => data[trainer.inputs.length];
  const look = (data: readonly Tensor[]): void => {
    const [x, y] = [data[0], targetsOf(data)];
    if (!x || x.dtype === 'string') return;
    measure(y ? [x, y] : [x], ([input, target]) => input && add(input, target, x.shape[0] ?? 1));
  };
  const glance = createLaterTargets(
    (y, use) => measure([y], ([stats]) => stats && use(stats)),
    (recentTarget) => {
      if (facts) published = facts = { ...facts, recentTarget };
    },
  );
  const see = (data: readonly Tensor[]): void => {
    // Behind them `fit` hands on the weights of samples, null where there are none.
    onBatch?.(data.slice(0, trainer.inputs.length + trainer.outputs.length));
    current = { data, isKnown: looking };
    const targets = targetsOf(data);
    if (looking) look(data);
    else if (targets) glance(steps, targets);
    steps++;
  };
  const looked = function (this: Trainer): (data: Tensor[]) => unknown {
    const train = makeTrainFunction.call(trainer);
    return (data) => {
      try {
        if (!removed) see(data);
      } catch (error) {
        remove();
        failed(error);
      }
      try {
        return train(data);
      } finally {
        current = undefined;
      }
    };
  };
  const remove = (): void => {
    looking = false;
    // A `fit` under way keeps the function it was given at its start.
    removed = true;
    if (trainer.makeTrainFunction === looked) delete (trainer as Partial<Trainer>).makeTrainFunction;
  };
  if (typeof makeTrainFunction === 'function') {
    Object.defineProperty(trainer, 'makeTrainFunction', {
      value: looked,
      configurable: true,
      writable: true,
    });
  }
  return {
    get facts() {
      return published;
    },
    examine() {
      if (!current || examined >= MOST_EXAMINED) return;
      examined++;
      if (!current.isKnown) look(current.data);
      published = facts;
    },
    settled: () => pending,
    remove,
  };
}
