import { dispose, type Tensor } from '@tensorflow/tfjs-core';
import { model as functional, type LayersModel, type layers } from '@tensorflow/tfjs-layers';
import type { OutputProbe, Probe, WeightProbe } from './evidence.js';

type Layer = layers.Layer & { readonly activation?: { getClassName?(): string } };

/** Measures a model for the published rules. It adds nothing to the model; `dispose` frees nothing of it. */
export interface Prober {
  probe(step: number, x: Tensor): Promise<Probe>;
}

const activationOf = (layer: Layer): string => layer.activation?.getClassName?.() ?? 'linear';

export function createProber(model: LayersModel): Prober {
  const seen = (model.layers as Layer[]).filter(
    ({ output }) => !Array.isArray(output) && (output.shape.length ?? 0) > 1,
  );
  const every = functional({
    inputs: model.inputs,
    outputs: seen.map(({ output }) => output as (typeof model.outputs)[number]),
  });
  const last = model.layers.at(-1);
  return {
    async probe(step, x) {
      const outputs = [every.predictOnBatch(x) as Tensor | Tensor[]].flat();
      const measured = await Promise.all(
        outputs.map(async (output, i): Promise<OutputProbe> => {
          const layer = seen[i]!;
          const values = (await output.data()) as Float32Array;
          return outputProbe(values, output.shape.at(-1)!, activationOf(layer), layer === last);
        }),
      );
      dispose(outputs.filter((output) => output !== x));
      return { step, weights: await weightProbes(model.layers as Layer[]), outputs: measured };
    },
  };
}

async function weightProbes(layers: readonly Layer[]): Promise<WeightProbe[]> {
  const kernels = layers.flatMap((layer) =>
    layer.getWeights(true).map((tensor) => ({ tensor, activation: activationOf(layer) })),
  );
  return Promise.all(
    kernels.map(async ({ tensor, activation }) => {
      const values = (await tensor.data()) as Float32Array;
      const [fanOut = 1, fanIn = 1] = [...tensor.shape].reverse();
      const field = tensor.shape.slice(0, -2).reduce((a, b) => a * b, 1);
      return {
        rank: tensor.rank,
        fanIn: field * fanIn,
        fanOut: field * fanOut,
        activation,
        size: values.length,
        variance: moments(values).std ** 2,
        absMean: values.reduce((sum, v) => sum + Math.abs(v), 0) / values.length,
        tiny: share(values, (v) => Math.abs(v) < 1e-5),
        negative: share(values, (v) => v < 0),
      };
    }),
  );
}

function outputProbe(
  values: Float32Array,
  width: number,
  activation: string,
  isOutput: boolean,
): OutputProbe {
  const { mean, std } = moments(values);
  const rows = values.length / width;
  const [low, high] = limits[activation] ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  const [below, above] = beyond[activation] ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  let [maxSum, inactive, dead, saturated, beyondUnits] = [0, 0, 0, 0, 0];
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let unit = 0; unit < width; unit++) sum += Math.abs(values[row * width + unit]!);
    if (!(sum <= maxSum)) maxSum = sum;
  }
  for (let unit = 0; unit < width; unit++) {
    const own = Float32Array.from({ length: rows }, (_, row) => values[row * width + unit]!);
    const relu = activation === 'relu';
    const active = share(own, (v) => (relu ? v > 0 : v > low && v < high));
    if (active < 0.01) inactive++;
    const sizes = own.map(Math.abs).sort();
    if (sizes[Math.min(rows - 1, Math.floor(0.95 * rows))]! < 1e-5) dead++;
    if (saturation(own, activation) > 0.85) saturated++;
    beyondUnits += share(own, (v) => v <= below || v >= above);
  }
  return {
    activation,
    isOutput,
    finite: values.every(Number.isFinite),
    absMean: values.reduce((sum, v) => sum + Math.abs(v), 0) / values.length,
    mean,
    std,
    min: values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
    max: values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
    maxSum,
    notPositive: share(values, (v) => v <= 0),
    beyondFive: beyondUnits / width,
    inactiveUnits: inactive / width,
    deadUnits: dead / width,
    saturatedUnits: saturated / width,
    size: values.length,
  };
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
/** SageMaker Debugger's limits of inputs, as outputs: tanh +-9.4999, sigmoid -23 and 16.99999. */
const limits: Readonly<Record<string, readonly [number, number]>> = {
  tanh: [Math.fround(Math.tanh(-9.4999)), Math.fround(Math.tanh(9.4999))],
  sigmoid: [sigmoid(-23), Math.fround(sigmoid(16.99999))],
};
/** DeepDiagnosis's limits of inputs, +-5, as outputs. */
const beyond: Readonly<Record<string, readonly [number, number]>> = {
  tanh: [Math.tanh(-5), Math.tanh(5)],
  sigmoid: [sigmoid(-5), sigmoid(5)],
};
/** TheDeepChecker's rho_B: the mean size of bounded outputs scaled to [-1, 1]. */
function saturation(values: Float32Array, activation: string): number {
  if (activation === 'tanh') return values.reduce((sum, v) => sum + Math.abs(v), 0) / values.length;
  if (activation === 'sigmoid')
    return values.reduce((sum, v) => sum + Math.abs(2 * v - 1), 0) / values.length;
  return 0;
}

function share(values: Float32Array, holds: (value: number) => boolean): number {
  let count = 0;
  for (const value of values) if (holds(value)) count++;
  return values.length === 0 ? 0 : count / values.length;
}

function moments(values: Float32Array): { readonly mean: number; readonly std: number } {
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length;
  return { mean, std: Math.sqrt(variance) };
}
