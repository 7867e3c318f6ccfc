import {
  abs,
  add,
  argMax,
  cast,
  equal,
  greater,
  mean,
  mul,
  reshape,
  square,
  sub,
  type Tensor,
  tidy,
} from '@tensorflow/tfjs-core';
import { type LayersModel, Sequential } from '@tensorflow/tfjs-layers';
import type { Treatment } from '../src/index.js';
import type { Data } from './data/kinds.js';
import type { Scale } from './data/rows.js';
import type { Goal } from './program.js';
import type { Batch } from './tensors.js';

/** What a goal may be about. */
export const goalMetrics = ['accuracy', 'loss', 'meanAbsoluteError', 'meanSquaredError'] as const;

/** How good a model is. */
export interface Score {
  /** The loss on the original scale of the targets, regularisation included. */
  readonly loss: number;
  /** What the goal is about; the loss without a goal. */
  readonly metric: number;
}

/**
 * Scores a model on `batch`, in one forward pass without dropout. Where training saw standardised targets, these and the
 * predictions are put back on the original scale first; where treatment standardised the targets, so are its predictions.
 */
export async function score(
  model: LayersModel,
  batch: Batch,
  { targetScale }: Pick<Data, 'targetScale'>,
  goal: Goal | undefined,
  { restoreOutput }: Pick<Treatment, 'restoreOutput'> = { restoreOutput: (output) => output },
): Promise<Score> {
  const metric = goal?.metric ?? 'loss';
  const [loss, value] = tidy(() => {
    const target = unscale(batch.y, targetScale);
    const output = unscale(restoreOutput(model.predict(batch.x, { batchSize: 256 }) as Tensor), targetScale);
    const { lossFunctions } = inside(model);
    const penalties = inside(model).calculateLosses();
    const data = mean(lossFunctions[0]!(target, output));
    const total = penalties.reduce<Tensor>((sum, penalty) => add(sum, penalty), data);
    return [total, metric === 'loss' ? total : measures[metric]!(target, output)] as const;
  });
  const [lossValues, metricValues] = await Promise.all([loss.data(), value.data()]);
  const found = { loss: lossValues[0]!, metric: metricValues[0]! };
  loss.dispose();
  value.dispose();
  return found;
}

/** What computes: a `Sequential` hands everything to the model inside it. */
function inside(model: LayersModel): LayersModel {
  return model instanceof Sequential ? (model as unknown as { readonly model: LayersModel }).model : model;
}

/** Whether a score is good enough; NaN never is. */
export function reaches(goal: Goal, metric: number): boolean {
  return goal.min !== undefined ? metric >= goal.min : metric <= (goal.max ?? Number.NEGATIVE_INFINITY);
}

const measures: Readonly<Record<string, (target: Tensor, output: Tensor) => Tensor>> = {
  accuracy: accuracyOf,
  meanAbsoluteError: (target, output) => mean(abs(sub(target, output))),
  meanSquaredError: (target, output) => mean(square(sub(target, output))),
};

/** Share of outputs whose class is that of the target. */
export function accuracyOf(target: Tensor, output: Tensor): Tensor {
  return tidy(() => mean(equal(classOf(target, output), classOf(output, output))));
}

/** The most likely class; with a single output, whether it is above 1/2; a target that is no one-hot is a class already. */
function classOf(values: Tensor, output: Tensor): Tensor {
  const width = output.shape.at(-1);
  if (width === 1) return cast(greater(values, 0.5), 'float32');
  if (values.shape.at(-1) === width) return cast(argMax(values, -1), 'float32');
  return reshape(values, output.shape.slice(0, -1));
}

function unscale(values: Tensor, scale: Scale | undefined): Tensor {
  return scale === undefined ? values : add(mul(values, scale.std), scale.mean);
}
