import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Finding } from '../src/index.js';
import { type Data, makeData } from './data/kinds.js';
import { gatherRows, type Rows } from './data/rows.js';
import { score } from './goal.js';
import { buildModel, disposeModel } from './model.js';
import type { Observation, Observe } from './observe.js';
import { disposeOptimizer } from './optimizer.js';
import type { Program } from './program.js';
import { permutation, streamOf } from './random.js';
import { disposeBatch, encodeTargets, tensorsOf } from './tensors.js';

/** What became of a program at one seed. */
export interface Outcome {
  /** Every finding, ranked, root causes first. */
  readonly findings: readonly Finding[];
  readonly steps: number;
  /** After training, on the held-out part, else the training part, on the original scale of the targets. */
  readonly loss: number;
  /** What the goal is about, measured likewise. */
  readonly metric: number;
  /** Of each step, as it was differentiated. */
  readonly losses: readonly number[];
}

/** Marks the stream that shuffles: no layer has this position. */
const SHUFFLE = -1;

/**
 * Trains a program from one seed on the current backend. The same program and seed give the same run. Leaves no tensor,
 * unless it fails.
 *
 * @throws RangeError or what tfjs throws, when model, data and loss do not fit each other.
 */
export async function runProgram(program: Program, seed: number, observe: Observe): Promise<Outcome> {
  const data = makeData(program.data);
  const model = await buildModel(program, seed);
  const optimizer = model.optimizer;
  try {
    const encode = (rows: Rows) => encodeTargets(rows, widthOf(model), program.loss);
    const training = encode(data.training);
    const heldOut = data.heldOut && encode(data.heldOut);
    const stepsPerEpoch = Math.ceil(training.count / program.batchSize);
    const epochs = Math.min(program.epochs, Math.ceil((program.maxSteps ?? Infinity) / stepsPerEpoch));
    const observation = observe(model, { clip: program.clip, training, heldOut, stepsPerEpoch, epochs });
    const losses = await train(model, training, program, seed, observation);
    const findings = await observation.finish();
    const judged = await judge(model, heldOut ?? training, data, program);
    return { findings, steps: losses.length, ...judged, losses };
  } finally {
    disposeModel(model);
    disposeOptimizer(optimizer);
  }
}

/** Trains a compiled model as a program says. Returns the loss of each step. */
export async function train(
  model: LayersModel,
  rows: Rows,
  { batchSize, epochs, maxSteps = Number.POSITIVE_INFINITY }: Program,
  seed: number,
  observation: Observation,
): Promise<number[]> {
  const random = streamOf(seed, SHUFFLE);
  const losses: number[] = [];
  for (let epoch = 0; epoch < epochs && losses.length < maxSteps; epoch++) {
    const order = permutation(rows.count, random);
    for (let from = 0; from < rows.count && losses.length < maxSteps; from += batchSize) {
      const batch = tensorsOf(gatherRows(rows, order.slice(from, from + batchSize)));
      losses.push((await model.trainOnBatch(batch.x, batch.y)) as number);
      await observation.afterStep?.(losses.length - 1, batch);
      disposeBatch(batch);
    }
  }
  return losses;
}

async function judge(model: LayersModel, rows: Rows, data: Data, { goal }: Program) {
  const batch = tensorsOf(rows);
  try {
    return await score(model, batch, data, goal);
  } finally {
    disposeBatch(batch);
  }
}

/** Size of the model's last axis. */
export function widthOf(model: LayersModel): number {
  return (model.outputs[0]?.shape.at(-1) as number | null | undefined) ?? 1;
}
