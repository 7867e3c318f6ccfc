import { all, cast, isFinite as isFiniteEach, type Optimizer, reshape, tidy } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { randomStreams } from '../init/random.js';
import { type Samples, samplesOf } from './samples.js';
import type { TreatOptions } from './treatment.js';
import type { Bench } from './trial.js';

/** Most samples that a trial is judged by. */
const mostJudged = 128;
/** Steps of a trial, and samples that it should see at least, if that takes no more than `mostSteps`. Heuristic. */
const [usualSteps, fewestSamples, mostSteps] = [40, 512, 160];

/** Lays out what all trials of a treatment share. @throws TypeError or RangeError for options that do not fit. */
export async function createBench(model: LayersModel, options: TreatOptions): Promise<Bench> {
  const { x, y, validation, batchSize = 32, signal, compile } = options;
  const { steps = Math.min(mostSteps, Math.max(usualSteps, Math.ceil(fewestSamples / batchSize))) } = options;
  if (!(model.optimizer as Optimizer | undefined) || model.loss === undefined) {
    throw new TypeError(
      'treat: the model must be compiled, with the loss and the optimizer that it is to be trained with',
    );
  }
  for (const [name, value] of Object.entries({ batchSize, steps })) {
    if (!(Number.isSafeInteger(value) && value > 0)) {
      throw new RangeError(`treat: ${name} must be a positive integer, got ${value}`);
    }
  }
  const training = samplesOf(x, y, 'treat');
  if (training.x.length !== model.inputs.length || training.y.length !== model.outputs.length) {
    throw new RangeError(
      `treat: the model has ${model.inputs.length} inputs and ${model.outputs.length} outputs, got ${training.x.length} and ${training.y.length} tensors`,
    );
  }
  const judged = validation ? samplesOf(validation.x, validation.y, 'treat') : training;
  return {
    source: model,
    drawn: new Map(),
    training,
    batches: batchesOf(training, batchSize, steps),
    judged,
    judgedRows: spread(await finiteRows(judged), mostJudged),
    compile,
    check: () => signal?.throwIfAborted(),
  };
}

/** Epochs of shuffled rows, cut into batches, the same at each call. */
function batchesOf({ count }: Samples, size: number, steps: number): number[][] {
  const random = randomStreams('treat', 1)();
  const batches: number[][] = [];
  while (batches.length < steps) {
    const order = Array.from({ length: count }, (_, i) => [random(), i] as const)
      .sort(([a], [b]) => a - b)
      .map(([, i]) => i);
    for (let from = 0; from < count && batches.length < steps; from += size) {
      batches.push(order.slice(from, from + size));
    }
  }
  return batches;
}

/** At most so many of these, evenly spread. */
function spread(rows: readonly number[], most: number): number[] {
  const size = Math.min(rows.length, most);
  return Array.from({ length: size }, (_, i) => rows[Math.floor((i * rows.length) / size)] ?? 0);
}

/** Samples without NaN and infinite numbers: no model has a loss on the others. All of them, where none is sound. */
async function finiteRows({ x, y, count }: Samples): Promise<number[]> {
  const sound = await Promise.all(
    [...x, ...y].map(async (each) => {
      const flags = tidy(() => all(reshape(isFiniteEach(cast(each, 'float32')), [count, -1]), 1));
      const values = await flags.data();
      flags.dispose();
      return values;
    }),
  );
  const rows = Array.from({ length: count }, (_, i) => i);
  const found = rows.filter((row) => sound.every((values) => values[row] !== 0));
  return found.length > 0 ? found : rows;
}
