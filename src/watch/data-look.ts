import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { DataFacts, TensorStats } from '../record/run.js';
import { mergeStats } from '../stats/merge.js';
import type { Gauge, Reading } from './gauge.js';
import { sparsely } from './when.js';

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
/** Targets of later batches that are enough at a time, unless as many batches as at first have fewer. */
const ENOUGH_TARGETS = 256;
/** Batches after which the facts are told anew; sinks hear of each. */
const milestones: ReadonlySet<number> = new Set([1, 4, 16]);

/** The part of a model that its types hide: what `fit`, `fitDataset` and `trainOnBatch` call with inputs and targets. */
interface Trainer {
  readonly inputs: readonly unknown[];
  readonly outputs: readonly unknown[];
  makeTrainFunction(): (data: Tensor[]) => unknown;
}

/** Later batches that are being looked at, all together. */
interface Window {
  batches: number;
  targets: number;
  stats?: TensorStats;
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
  let window: Window | undefined;
  let looking = true;
  let removed = false;
  let pending: Promise<void> = Promise.resolve();

  const add = (input: TensorStats, target: TensorStats | undefined, batchSize: number): void => {
    const before = facts;
    const targets = [before?.target, target].filter((stats) => stats !== undefined);
    facts = {
      input: before ? mergeStats(before.input, input) : input,
      ...(targets[0] && { target: targets.reduce((a, b) => mergeStats(a, b)) }),
      batchSize: Math.max(before?.batchSize ?? 0, batchSize),
    };
    batches++;
    looking = batches < MOST_BATCHES && facts.input.size < MOST_ELEMENTS;
    if (milestones.has(batches) || !looking) published = facts;
  };
  const look = (data: readonly Tensor[]): void => {
    const [x, y] = [data[0], data[trainer.inputs.length]];
    if (!x || x.dtype === 'string') return;
    const gauge = gaugeOf();
    const input = gauge.stats(x, false);
    const target: Reading<TensorStats> | undefined = y && gauge.stats(y, false);
    const done = (): void => add(input(), target?.(), x.shape[0] ?? 1);
    settle(gauge, done);
  };
  const settle = (gauge: Gauge, done: () => void): void => {
    const settling = gauge.settle();
    if (settling) pending = Promise.all([pending, settling]).then(done).catch(failed);
    else done();
  };
  const lookAgain = (y: Tensor | undefined): void => {
    if (sparsely(steps)) window = { batches: 0, targets: 0 };
    if (!window || !y) return;
    const own = window;
    own.batches++;
    own.targets += y.size;
    const isLast = own.batches === MOST_BATCHES || own.targets >= ENOUGH_TARGETS;
    if (isLast) window = undefined;
    const gauge = gaugeOf();
    const reading = gauge.stats(y, false);
    settle(gauge, () => {
      own.stats = own.stats ? mergeStats(own.stats, reading()) : reading();
      if (isLast && facts) published = facts = { ...facts, recentTarget: own.stats };
    });
  };
  const looked = function (this: Trainer): (data: Tensor[]) => unknown {
    const train = makeTrainFunction.call(trainer);
    return (data) => {
      try {
        // Behind them `fit` hands on the weights of samples, null where there are none.
        if (!removed) onBatch?.(data.slice(0, trainer.inputs.length + trainer.outputs.length));
        current = { data, isKnown: looking };
        if (looking) look(data);
        else if (!removed) lookAgain(data[trainer.inputs.length]);
        steps++;
      } catch (error) {
        looking = false;
        failed(error);
      }
      try {
        return train(data);
      } finally {
        current = undefined;
      }
    };
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
    remove() {
      looking = false;
      // A `fit` under way keeps the function it was given at its start.
      removed = true;
      if (trainer.makeTrainFunction === looked) delete (trainer as Partial<Trainer>).makeTrainFunction;
    },
  };
}
