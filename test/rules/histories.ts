import type {
  LayerFacts,
  ModelFacts,
  Run,
  StepRecord,
  TensorStats,
  VariableRecord,
} from '../../src/record/run.js';

/** What a hand-written run is made of; each part may follow the step. */
export interface History {
  /** Records, numbered from 0. */
  readonly steps: number;
  /** Loss of each step; default: falls from 1 towards 0.1, as healthy training does. */
  readonly loss?: (step: number) => number | null;
  /** Gradient norm by variable of each step, `null` for none; default: 1 for two dense layers. */
  readonly gradients?: (step: number) => Readonly<Record<string, number | null>>;
  /** Facts of the model; default: none. */
  readonly model?: ModelFacts | null;
  /** Changes made to each record at the end. */
  readonly change?: (record: StepRecord) => StepRecord;
}

const healthyLoss = (step: number): number => 0.1 + 0.9 * 0.97 ** step;
const healthyGradients = (): Record<string, number> => ({
  'dense_1/kernel': 1,
  'dense_1/bias': 0.5,
  'dense_2/kernel': 1,
  'dense_2/bias': 0.5,
});

/** Writes a run by hand. */
export function history(parts: History): Run {
  const { steps, loss = healthyLoss, gradients = healthyGradients, model = null, change = (r) => r } = parts;
  const records = Array.from({ length: steps }, (_, step) => {
    const norms = gradients(step);
    const variables = Object.fromEntries(Object.entries(norms).map(([key, norm]) => [key, variable(norm)]));
    const squares = Object.values(norms).map((norm) => (norm ?? 0) ** 2);
    return change({
      step,
      wallTimeMs: 1_700_000_000_000 + 10 * step,
      loss: loss(step),
      learningRate: 0.01,
      globalNorm: Math.sqrt(squares.reduce((sum, square) => sum + square, 0)),
      variables,
    });
  });
  return { schema: 1, model, backend: { name: 'cpu', epsilon: 1e-7 }, data: null, steps: records };
}

/** A weight of norm 1 whose gradient has this norm; NaN and Infinity become elements of that kind. */
export function variable(norm: number | null): VariableRecord {
  const updateNorm = norm === null || Number.isNaN(norm) ? 0 : 0.01 * norm;
  return { gradient: norm === null ? null : stats(norm), weightNorm: 1, updateNorm, updateRatio: updateNorm };
}

/** Statistics of a tensor of `size` elements with this norm. */
export function stats(norm: number, size = 4): TensorStats {
  if (!Number.isFinite(norm)) {
    const nan = Number.isNaN(norm) ? size : 0;
    const empty = { norm: 0, mean: 0, std: 0, absMean: 0, min: Infinity, max: -Infinity, zeros: 0 };
    return { size, ...empty, nans: nan, infs: size - nan };
  }
  const each = norm / Math.sqrt(size); // half of the elements up, half down: mean 0
  const zeros = norm === 0 ? size : 0;
  return { size, norm, mean: 0, std: each, absMean: each, min: -each, max: each, zeros, nans: 0, infs: 0 };
}

/** Facts of a chain of dense layers, the last one being the output. */
export function chain(
  layers: readonly (Partial<LayerFacts> & { readonly path: string })[],
  loss = 'meanSquaredError',
): ModelFacts {
  return {
    layers: layers.map((layer, depth) => ({
      className: 'Dense',
      depth,
      inbound: layers.slice(Math.max(0, depth - 1), depth).map(({ path }) => path),
      isOutput: depth === layers.length - 1,
      ...layer,
    })),
    loss,
    optimizer: { className: 'SGD', config: { learningRate: 0.01 } },
  };
}
