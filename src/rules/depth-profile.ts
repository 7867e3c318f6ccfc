import { fullNorm } from '../record/full-norm.js';
import type { LayerFacts, Run, StepRecord } from '../record/run.js';
import { gradientNorm, type WeightedLayer, weightedLayers } from './weighted-layers.js';

/** Single ratios may exceed a threshold by this factor, as mini-batches make them. Heuristic. */
export const slack = 10;

/** A place at which records hold the gradient. */
export interface Probe {
  readonly path: string;
  readonly facts: LayerFacts | null;
  /** L2 norm of the gradient there; `undefined` where the record holds none. */
  normIn(record: StepRecord): number | undefined;
}

/** Where the gradient can be compared along its way from the output back to the input. */
export interface DepthProfile {
  /** All but the output, the first layers first. */
  readonly hidden: readonly Probe[];
  /** The place to compare with: the largest gradient at an output. */
  readonly output: Probe;
}

/**
 * Gradients of weight matrices. The output's includes its bias: where the signal fades on its way forward, all kernels
 * fade alike and only that bias still shows the gradient that entered.
 */
export function kernelProfile(run: Run): DepthProfile | null {
  return weightProfile(
    run,
    ({ kernels }) => kernels,
    ({ kernels, vectors }) => [...kernels, ...vectors],
  );
}

/** Gradients of biases, scales and shifts: unlike those of kernels they do not grow with what goes into a layer. */
export function vectorProfile(run: Run): DepthProfile | null {
  const vectors = (layer: WeightedLayer): readonly string[] => layer.vectors;
  return weightProfile(run, vectors, vectors);
}

function weightProfile(
  run: Run,
  ofHidden: (layer: WeightedLayer) => readonly string[],
  ofOutput: (layer: WeightedLayer) => readonly string[],
): DepthProfile | null {
  const layers = weightedLayers(run).filter(({ facts }) => run.model === null || facts !== null);
  const outputs = outputLayers(run, layers);
  const hidden = layers.filter((layer) => ofHidden(layer).length > 0 && !outputs.includes(layer));
  const [first] = outputs;
  if (first === undefined || hidden.length === 0) return null;
  const probeOf = (layer: WeightedLayer, keys: readonly string[]): Probe =>
    probe(layer, (record) => gradientNorm(record, keys));
  return {
    hidden: hidden.map((layer) => probeOf(layer, ofHidden(layer))),
    output: largest(
      first,
      outputs.map((layer) => probeOf(layer, ofOutput(layer))),
    ),
  };
}

/** Gradients of layer outputs, where activations are watched: flat gradients of weights cannot hide their decay. */
export function activationProfile(run: Run, records: readonly StepRecord[]): DepthProfile | null {
  const seen = records.at(-1)?.layers ?? {};
  const layers = (run.model?.layers ?? []).filter(({ path }) => Object.hasOwn(seen, path));
  layers.sort((a, b) => a.depth - b.depth || (a.path < b.path ? -1 : 1));
  const probeOf = (facts: LayerFacts): Probe =>
    probe({ path: facts.path, facts }, ({ layers = {} }) => {
      const gradient = Object.hasOwn(layers, facts.path) ? layers[facts.path]?.outputGradient : null;
      return gradient ? fullNorm(gradient) : undefined;
    });
  const outputs = layers.filter(({ isOutput }) => isOutput).map(probeOf);
  const hidden = layers.filter(({ isOutput }) => !isOutput).map(probeOf);
  const [first] = outputs;
  return first === undefined || hidden.length === 0 ? null : { hidden, output: largest(first, outputs) };
}

/** The layers that the model returns, else the deepest, else (without a model) the one with the largest gradient. */
function outputLayers(run: Run, layers: readonly WeightedLayer[]): readonly WeightedLayer[] {
  const marked = layers.filter(({ facts }) => facts?.isOutput);
  if (marked.length > 0) return marked;
  if (run.model !== null) {
    const deepest = layers.at(-1)?.facts?.depth;
    return layers.filter(({ facts }) => facts?.depth === deepest);
  }
  const newest = run.steps.at(-1);
  const norm = (layer: WeightedLayer): number => (newest && gradientNorm(newest, layer.kernels)) ?? 0;
  const most = Math.max(...layers.map(norm));
  return layers.filter((layer) => norm(layer) === most).slice(0, 1);
}

function probe(
  { path, facts }: Pick<Probe, 'path' | 'facts'>,
  normIn: (record: StepRecord) => number | undefined,
): Probe {
  return { path, facts, normIn };
}

/** One place for several, called by the first: the largest norm there, NaN where one of them is. */
function largest(first: Pick<Probe, 'path' | 'facts'>, probes: readonly Probe[]): Probe {
  return probe(first, (record) => {
    const norms = probes.map(({ normIn }) => normIn(record)).filter((norm) => norm !== undefined);
    return norms.length === 0 ? undefined : Math.max(...norms);
  });
}

/** The gradient at a place beside that at the output, over several records. */
export interface Comparison {
  /** Norm there / norm at the output, one for each record that holds finite ones. */
  readonly ratios: readonly number[];
  /** Geometric mean of the ratios; 0 where one of them is. */
  readonly ratio: number;
  /** Geometric mean of the norms there. */
  readonly norm: number;
  /** Geometric mean of the norms at the output. */
  readonly outputNorm: number;
}

export function compare(place: Probe, output: Probe, records: readonly StepRecord[]): Comparison {
  const ratios: number[] = [];
  let [logNorm, logOutput] = [0, 0];
  for (const record of records) {
    const ratio = ratioIn(record, place, output);
    if (ratio === undefined) continue;
    ratios.push(ratio);
    logNorm += Math.log(place.normIn(record) ?? 0);
    logOutput += Math.log(output.normIn(record) ?? 0);
  }
  const norm = Math.exp(logNorm / ratios.length);
  const outputNorm = Math.exp(logOutput / ratios.length);
  return { ratios, ratio: norm / outputNorm, norm, outputNorm };
}

/** `undefined` where either gradient is missing or not finite, or none leaves the output. */
export function ratioIn(record: StepRecord, place: Probe, output: Probe): number | undefined {
  const norm = place.normIn(record) ?? Number.NaN;
  const reference = output.normIn(record) ?? Number.NaN;
  const ratio = norm / reference;
  return Number.isFinite(ratio) && reference < Number.POSITIVE_INFINITY ? ratio : undefined;
}

/** First step of the stretch, up to now, in which the ratio has stayed below the threshold, single batches aside. */
export function belowSince(
  records: readonly StepRecord[],
  place: Probe,
  output: Probe,
  threshold: number,
): number {
  let first = records.at(-1)?.step ?? 0;
  for (const record of [...records].reverse()) {
    const ratio = ratioIn(record, place, output) ?? Number.NaN;
    if (ratio >= slack * threshold) break;
    if (ratio < threshold) first = record.step;
  }
  return first;
}
