import { dispose, mean, slice, type Tensor, tidy, variableGrads } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { PlacedLayer } from '../layout/paths.js';
import { createTaps } from './taps.js';

/** The first thing in a step that was not finite, in the order of computation. */
export interface Culprit {
  /** Path of its layer; `model` where it belongs to none. */
  readonly where: string;
  /** `input`, `target`, `output`, `loss`, or the gradient of a weight. */
  readonly tensor: string;
  /** Index in the batch; `null` where it cannot be told. */
  readonly sample: number | null;
  readonly value: number;
}

type Loss = (target: Tensor, prediction: Tensor) => Tensor;

/** What computes: a `Sequential` hands everything to the model inside it. */
interface Inside {
  readonly inputs: readonly unknown[];
  readonly lossFunctions?: readonly Loss[];
}

/** Samples whose gradients are taken one by one to find the one that is not finite. */
const MOST_SAMPLES = 512;

/**
 * Runs one batch again, forward and then back sample by sample, and stops at the first tensor that is not finite. The
 * weights must be those of before the step. Reads values at once, so not for GPUs. Dropout is left out.
 *
 * @param data - Inputs, then targets.
 */
export function postMortem(
  model: LayersModel,
  placed: readonly PlacedLayer[],
  data: readonly Tensor[],
): Culprit | null {
  const inside = ((model as { model?: unknown }).model ?? model) as Inside;
  const [x, y] = [data.slice(0, inside.inputs.length), data.slice(inside.inputs.length)];
  const first = placed[0]?.path ?? 'model';
  const outputs = placed.filter(({ isOutput }) => isOutput).map(({ path }) => path);
  const [last = 'model'] = outputs;
  return (
    firstOf(x, first, 'input') ??
    firstOf(y, last, 'target') ??
    forward(model, placed, x) ??
    tidied(() => losses(model, inside.lossFunctions ?? [], outputs, x, y)) ??
    backward(model, placed, x, y, inside.lossFunctions?.[0])
  );
}

/** `tidy` for results that hold no tensor. */
function tidied<T>(compute: () => T): T {
  let result: T | undefined;
  tidy(() => {
    result = compute();
  });
  return result as T;
}

function firstOf(tensors: readonly Tensor[], where: string, tensor: string): Culprit | null {
  for (const each of tensors) {
    const found = bad(each, where, tensor);
    if (found) return found;
  }
  return null;
}

function bad(values: Tensor, where: string, tensor: string): Culprit | null {
  const elements = values.dataSync();
  const at = elements.findIndex((element) => !Number.isFinite(element));
  if (at < 0) return null;
  const rows = values.shape[0] ?? 1;
  return { where, tensor, sample: Math.floor((at * rows) / elements.length), value: Number(elements[at]) };
}

/** Of each output. */
function losses(
  model: LayersModel,
  functions: readonly Loss[],
  outputs: readonly string[],
  x: readonly Tensor[],
  y: readonly Tensor[],
): Culprit | null {
  const predictions = [model.predictOnBatch([...x])].flat();
  for (const [i, loss] of functions.entries()) {
    const [target, prediction] = [y[i], predictions[i]];
    const found = target && prediction && badLoss(loss, target, prediction, outputs[i] ?? 'model');
    if (found) return found;
  }
  return null;
}

/** A loss of its own may be one number for the whole batch: then each sample is asked for its part. */
function badLoss(loss: Loss, target: Tensor, prediction: Tensor, where: string): Culprit | null {
  const all = loss(target, prediction);
  const found = bad(all, where, 'loss');
  if (!found || all.rank > 0) return found;
  for (let sample = 0; sample < Math.min(target.shape[0] ?? 0, MOST_SAMPLES); sample++) {
    const own = tidied(() =>
      bad(loss(slice(target, sample, 1), slice(prediction, sample, 1)), where, 'loss'),
    );
    if (own) return { ...own, sample };
  }
  return { ...found, sample: null };
}

function forward(model: LayersModel, placed: readonly PlacedLayer[], x: readonly Tensor[]): Culprit | null {
  let found: Culprit | null = null;
  const taps = createTaps(placed);
  try {
    tidy(() => {
      const output = ({ path }: PlacedLayer, tensor: Tensor): void => {
        found ??= bad(tensor, path, 'output');
      };
      taps.listen({ output, state() {}, gate() {} }, () => model.predictOnBatch([...x]));
    });
  } finally {
    taps.remove();
  }
  return found;
}

/** The gradient of one sample at a time; its deepest layer is the first in the order of computation. */
function backward(
  model: LayersModel,
  placed: readonly PlacedLayer[],
  x: readonly Tensor[],
  y: readonly Tensor[],
  loss: Loss | undefined,
): Culprit | null {
  const count = Math.min(x[0]?.shape[0] ?? 0, MOST_SAMPLES);
  if (loss === undefined) return null;
  const owner = new Map(
    placed.flatMap(({ path, layer }) =>
      layer.trainableWeights.map(({ name, originalName }) => {
        const weight = originalName.slice(originalName.lastIndexOf('/') + 1);
        return [name, { path, weight }] as const;
      }),
    ),
  );
  const depth = new Map(placed.map((place, index) => [place.path, index]));
  for (let sample = 0; sample < count; sample++) {
    const found = tidied(() => {
      const row = (tensor: Tensor): Tensor => slice(tensor, sample, 1);
      const { grads } = variableGrads(() => {
        const [prediction] = [model.apply(x.map(row)) as Tensor | Tensor[]].flat();
        return mean(loss(row(y[0] as Tensor), prediction as Tensor));
      });
      const culprits = Object.entries(grads).flatMap(([name, gradient]) => {
        const place = owner.get(name);
        const culprit = place && bad(gradient, place.path, `gradient of ${place.weight}`);
        return culprit ? [{ ...culprit, sample }] : [];
      });
      dispose(grads);
      return culprits.sort((a, b) => (depth.get(b.where) ?? 0) - (depth.get(a.where) ?? 0))[0] ?? null;
    });
    if (found) return found;
  }
  return null;
}
