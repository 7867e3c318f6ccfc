import type {
  LayerFacts,
  ModelFacts,
  Run,
  StepRecord,
  TensorStats,
  VariableRecord,
} from '../../src/record/run.js';

/** A gradient by its norm, by its statistics, or `null` for none. */
export type Gradient = number | TensorStats | null;

/** What a hand-written run is made of; each part may follow the step. */
export interface History {
  /** Records, numbered from 0. */
  readonly steps: number;
  /** Loss of each step; default: falls from 1 towards 0.1, as in healthy training. */
  readonly loss?: (step: number) => number | null;
  /** Gradients by variable of each step; default: of norm 1 and 0.5 in two dense layers. */
  readonly gradients?: (step: number) => Readonly<Record<string, Gradient>>;
  /** Facts of the model; default: none. */
  readonly model?: ModelFacts | null;
  /** Changes made to each record at the end. */
  readonly change?: (record: StepRecord) => StepRecord;
}

export const fallingLoss = (step: number): number => 0.1 + 0.9 * 0.97 ** step;
/** Up and down around 0.7 by 0.02, as mini-batches make it. */
export const flatLoss = (step: number): number => 0.7 + 0.02 * Math.sin(7 * step);

const healthyGradients = (): Record<string, number> => ({
  'dense_1/kernel': 1,
  'dense_1/bias': 0.5,
  'dense_2/kernel': 1,
  'dense_2/bias': 0.5,
});

/** Writes a run by hand. */
export function history(parts: History): Run {
  const {
    steps,
    loss = fallingLoss,
    gradients = healthyGradients,
    model = null,
    change = (record) => record,
  } = parts;
  const records = Array.from({ length: steps }, (_, step) => {
    const entries = Object.entries(gradients(step)).map(
      ([key, gradient]) => [key, variable(gradient)] as const,
    );
    const norms = entries.map(([, { gradient }]) => (gradient === null ? 0 : fullNorm(gradient)));
    return change({
      step,
      wallTimeMs: 1_700_000_000_000 + 10 * step,
      loss: loss(step),
      learningRate: 0.01,
      globalNorm: Math.sqrt(norms.reduce((sum, norm) => sum + norm ** 2, 0)),
      variables: Object.fromEntries(entries),
    });
  });
  return { schema: 1, model, backend: { name: 'cpu', epsilon: 1e-7 }, data: null, steps: records };
}

/** A weight of norm 1 with this gradient; a norm of NaN or Infinity stands for elements of that kind. */
export function variable(gradient: Gradient): VariableRecord {
  const measured = typeof gradient === 'number' ? stats(gradient) : gradient;
  const updateNorm = 0.01 * (measured?.norm ?? 0);
  return { gradient: measured, weightNorm: 1, updateNorm, updateRatio: updateNorm };
}

/** Statistics of a tensor of `size` elements with this norm, half of the elements up and half down. */
export function stats(norm: number, size = 4): TensorStats {
  if (!Number.isFinite(norm)) {
    const nans = Number.isNaN(norm) ? size : 0;
    const empty = { norm: 0, mean: 0, std: 0, absMean: 0, min: Infinity, max: -Infinity, zeros: 0 };
    return { size, ...empty, nans, infs: size - nans };
  }
  const each = norm / Math.sqrt(size);
  const zeros = norm === 0 ? size : 0;
  return { size, norm, mean: 0, std: each, absMean: each, min: -each, max: each, zeros, nans: 0, infs: 0 };
}

function fullNorm({ norm, nans, infs }: TensorStats): number {
  return nans > 0 ? Number.NaN : infs > 0 ? Infinity : norm;
}

type Layer = Partial<LayerFacts> & { readonly path: string };

/** Facts of a chain of dense layers, the last one being the output. */
export function chain(layers: readonly Layer[], loss = 'meanSquaredError'): ModelFacts {
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

/** Facts of a classifier of two classes: hidden layers `h1`, `h2`, ... of one kind, and the output `out`. */
export function stack(hidden: number, facts: Partial<LayerFacts>): ModelFacts {
  const layers = Array.from({ length: hidden }, (_, i) => ({ ...facts, path: `h${i + 1}` }));
  return chain([...layers, { path: 'out', activation: 'sigmoid' }], 'binaryCrossentropy');
}

/** Gradients of `stack(hidden)`: kernels from `first` to 0.1 in even ratios, biases of half their norm. */
export function fading(hidden: number, first: number): Record<string, number> {
  const norms = Array.from({ length: hidden + 1 }, (_, i) => first * (0.1 / first) ** (i / hidden));
  const path = (i: number): string => (i === hidden ? 'out' : `h${i + 1}`);
  return Object.fromEntries(
    norms.flatMap((norm, i) => [
      [`${path(i)}/kernel`, norm],
      [`${path(i)}/bias`, norm / 2],
    ]),
  );
}
