import type { Run, StepRecord } from '../record/run.js';
import { initialWeights } from '../rules/initial-weights.js';
import { sizeOf } from '../rules/size-of.js';
import { predictGradients } from '../theory/predict-gradients.js';
import type { LayerSignal, SignalProfile } from './preflight-report.js';

/** Reads signals and gradients off a run of one record with activations. */
export function signalProfile(run: Run): SignalProfile {
  const [record] = run.steps;
  const weights = initialWeights(run);
  if (record === undefined) return { layers: [], slope: null, weightSlope: null, activationSlope: null };
  const predicted = predictionsOf(run);
  const last = weights.at(-1)?.facts.path;
  const reference = last === undefined ? null : gradientAt(record, last);
  const layers = weights.map(({ facts: { path }, gain }): LayerSignal => {
    const layer = record.layers && Object.hasOwn(record.layers, path) ? record.layers[path] : undefined;
    const gradient = gradientAt(record, path);
    const { deadShare, saturatedShare } = layer ?? {};
    const zeros = offShare(record, path);
    return {
      path,
      output: layer ? layer.output.norm / Math.sqrt(Math.max(1, layer.output.size)) : Number.NaN,
      predictedOutput: predicted.get(path)?.output ?? null,
      gradient,
      gradientRatio: gradient === null || !reference ? null : gradient / reference,
      predictedRatio: predicted.get(path)?.gradient ?? null,
      gain,
      ...(deadShare !== undefined && { deadShare: zeros }),
      ...(saturatedShare !== undefined && { saturatedShare }),
    };
  });
  return { layers, ...slopes(layers, weights) };
}

/** Decades for each layer on the way back from the last output to the first. */
function slopes(
  layers: readonly LayerSignal[],
  weights: ReturnType<typeof initialWeights>,
): Omit<SignalProfile, 'layers'> {
  const [first, last] = [layers[0]?.gradient ?? 0, layers.at(-1)?.gradient ?? 0];
  const steps = layers.length - 1;
  const total = Math.log10(first / last) / steps;
  if (steps < 1 || !Number.isFinite(total)) return { slope: null, weightSlope: null, activationSlope: null };
  let decades = 0;
  for (const { facts, gain } of weights.slice(1)) {
    const shape = facts.weights?.['kernel'] ?? [];
    const fanOut = shape.at(-1) ?? 1;
    const fanIn = shape.reduce((product, length) => product * length, 1) / fanOut;
    decades += Math.log10(gain * Math.sqrt(fanOut / fanIn));
  }
  const weightSlope = decades / steps;
  return Number.isFinite(weightSlope)
    ? { slope: total, weightSlope, activationSlope: total - weightSlope }
    : { slope: total, weightSlope: null, activationSlope: null };
}

function gradientAt({ layers = {} }: StepRecord, path: string): number | null {
  const gradient = Object.hasOwn(layers, path) ? layers[path]?.outputGradient : null;
  return gradient && gradient.nans + gradient.infs === 0 ? gradient.norm : null;
}

/** In one batch: units whose bias gets exactly no gradient. */
function offShare({ variables }: StepRecord, path: string): number {
  const key = `${path}/bias`;
  const gradient = Object.hasOwn(variables, key) ? variables[key]?.gradient : undefined;
  return gradient && gradient.size > 0 ? gradient.zeros / gradient.size : 0;
}

interface Prediction {
  readonly output: number | null;
  readonly gradient: number | null;
}

/** Root mean squares of outputs and ratios of gradients, as the configuration foretells them. */
function predictionsOf({ model, data }: Run): ReadonlyMap<string, Prediction> {
  const rms = data ? sizeOf(data.input) : 0;
  if (model === null || !(rms > 0) || !Number.isFinite(rms)) return new Map();
  const { layers } = predictGradients(model, { inputMeanSquare: rms ** 2 });
  return new Map(
    layers.map(({ path, outputNorm, gradientNorm }) => {
      const units = model.layers.find((layer) => layer.path === path)?.weights?.['kernel']?.at(-1);
      const output = outputNorm === null || units === undefined ? null : outputNorm / Math.sqrt(units);
      return [path, { output, gradient: gradientNorm }];
    }),
  );
}
