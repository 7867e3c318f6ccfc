import { type Finding, preflight } from '../src/index.js';
import { makeData } from './data/kinds.js';
import { buildModel, disposeModel } from './model.js';
import { disposeOptimizer } from './optimizer.js';
import type { Program } from './program.js';
import { widthOf } from './run-program.js';
import { disposeBatch, encodeTargets, tensorsOf } from './tensors.js';

/** What a look before training finds in a program. */
export interface Preflighted {
  readonly findings: readonly Finding[];
  readonly milliseconds: number;
}

/** Looks at a model of its own, so that the training that follows draws what it would have drawn. */
export async function preflightProgram(program: Program, seed: number): Promise<Preflighted> {
  const model = await buildModel(program, seed);
  const { optimizer } = model;
  const batch = tensorsOf(encodeTargets(makeData(program.data).training, widthOf(model), program.loss));
  try {
    const start = performance.now();
    const { findings } = await preflight(model, batch.x, batch.y);
    return { findings, milliseconds: performance.now() - start };
  } finally {
    disposeBatch(batch);
    disposeModel(model);
    disposeOptimizer(optimizer);
  }
}
