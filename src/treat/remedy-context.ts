import type { Tensor } from '@tensorflow/tfjs-core';
import type { Run } from '../record/run.js';
import type { RemedyContext } from './remedies/apply-remedy.js';
import { measureStandardization, type Standardization } from './standardization.js';
import type { Bench } from './trial.js';

/** More features than these are scaled as one: those of pictures and texts are hardly ever different in kind. */
const mostFeatures = 64;
const regression = /^(mse|mae|mape|msle|mean|huber|logcosh)/i;

/** Measures the data for the remedies; data that stand for something else than quantities have no scale. */
export async function contextOf(model: Run['model'], { source, training }: Bench): Promise<RemedyContext> {
  const [x, y] = [training.x[0], training.y[0]];
  const embedded = model?.layers.some(({ className }) => className === 'Embedding') ?? false;
  const quantities = training.x.length === 1 && x?.dtype === 'float32' && !embedded;
  const values = training.y.length === 1 && regression.test(String(source.loss));
  return {
    model,
    input: quantities && x ? await scaleOf(x) : undefined,
    target: values && y ? await scaleOf(y) : undefined,
  };
}

async function scaleOf(data: Tensor): Promise<Standardization | undefined> {
  if (data.rank < 2) return undefined;
  const features = data.shape.at(-1) ?? 1;
  const measured = measureStandardization(await data.data(), features > mostFeatures ? 1 : features);
  return measured;
}
