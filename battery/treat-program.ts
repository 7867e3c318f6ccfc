import { dispose, type Tensor, tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { type Remedy, type Treatment, treat, withClipping } from '../src/index.js';
import { makeData } from './data/kinds.js';
import type { Rows } from './data/rows.js';
import { score } from './goal.js';
import { buildModel, disposeModel } from './model.js';
import { clipOption, type Observe } from './observe.js';
import { disposeOptimizer } from './optimizer.js';
import type { Program } from './program.js';
import { streamOf } from './random.js';
import { runProgram, train, widthOf } from './run-program.js';
import { disposeBatch, encodeTargets, tensorsOf } from './tensors.js';

/** What treatment did for a program at one seed. */
export interface Treated {
  /** What the goal is about, untreated and treated, each trained for all the program's steps. */
  readonly before: number;
  readonly after: number;
  readonly applied: readonly Remedy[];
  /** CPU seconds of the untreated training, of the treatment, and of the treated training. */
  readonly seconds: { readonly untreated: number; readonly treatment: number; readonly treated: number };
}

/** Marks the stream of all that treatment and treated training draw. */
const TREAT = -2;

/** Trains only, with the clip of the program, as somebody without this library's eyes would. */
const unobserved: Observe = (model, { clip }) => {
  const { clip: strategy } = clipOption(clip);
  if (strategy) withClipping(model.optimizer, strategy, { model });
  return { finish: async () => [] };
};

/** Trains a program as it is, treats it, and trains what the treatment returns on the same data for as many steps. */
export async function treatProgram(program: Program, seed: number): Promise<Treated> {
  const untreatedFrom = cpuSeconds();
  const { metric: before } = await runProgram(program, seed, unobserved);
  const untreated = cpuSeconds() - untreatedFrom;

  const data = makeData(program.data);
  const model = await buildModel(program, seed);
  const original = Math.random;
  Math.random = streamOf(seed, TREAT);
  try {
    const encode = (rows: Rows) => encodeTargets(rows, widthOf(model), program.loss);
    const training = encode(data.training);
    const treatmentFrom = cpuSeconds();
    const batch = tensorsOf(training);
    const { batchSize, clip } = program;
    const treatment = await treat(model, { ...batch, batchSize, ...clipOption(clip) });
    disposeBatch(batch);
    const treatmentSeconds = cpuSeconds() - treatmentFrom;

    const treatedFrom = cpuSeconds();
    if (treatment.clip) withClipping(treatment.model.optimizer, treatment.clip, { model: treatment.model });
    await train(treatment.model, await prepared(training, treatment), program, seed, {
      finish: async () => [],
    });
    const judged = tensorsOf(encode(data.heldOut ?? data.training));
    const x = treatment.prepareInput(judged.x);
    const { metric: after } = await score(treatment.model, { x, y: judged.y }, data, program.goal, treatment);
    dispose([x]);
    disposeBatch(judged);
    const seconds = { untreated, treatment: treatmentSeconds, treated: cpuSeconds() - treatedFrom };
    if (treatment.model !== model) release(treatment.model);
    return { before, after, applied: treatment.applied, seconds };
  } finally {
    Math.random = original;
    release(model);
  }
}

function release(model: LayersModel): void {
  const { optimizer } = model;
  disposeModel(model);
  disposeOptimizer(optimizer);
}

/** The rows as the treated model wants them. */
async function prepared(rows: Rows, { prepareInput, prepareTarget }: Treatment): Promise<Rows> {
  const through = async (values: Float32Array, shape: readonly number[], by: (given: Tensor) => Tensor) => {
    const given = tensor(values, [rows.count, ...shape]);
    const made = by(given);
    const data = Float32Array.from(await made.data());
    dispose([given, made]);
    return data;
  };
  return {
    ...rows,
    x: await through(rows.x, rows.xShape, prepareInput),
    y: await through(rows.y, rows.yShape, prepareTarget),
  };
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
