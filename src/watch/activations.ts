import type { Tensor } from '@tensorflow/tfjs-core';
import type { PairSums } from '../kernels/compare.js';
import type { PlacedLayer } from '../layout/paths.js';
import type { LayerRecord, StepRecord, TensorStats } from '../record/run.js';
import { mergeStats } from '../stats/merge.js';
import { type Gauge, offTape, type Reading } from './gauge.js';
import type { SequencesDraft } from './sequences.js';
import type { TapListener } from './taps.js';

/** What one forward and backward pass shows of the layers. */
export interface ActivationDraft {
  readonly listener: TapListener;
  /** Tensors whose gradients are wanted, in the order in which they were met. */
  readonly captured: readonly Tensor[];
  /** Takes the gradients of `captured`, `undefined` where none came. */
  gradients(of: readonly (Tensor | undefined)[]): void;
  /** Their part of the step's record; to be called once the gauge has settled. */
  records(): Pick<StepRecord, 'layers'>;
}

/** Outputs that are exactly 0 on one side: a unit may die there. */
const oneSided = new Set(['relu', 'relu6', 'thresholdedRelu']);

/** Outputs farther than `radius` from `center` lie where the slope is below 2 percent of the steepest, or is 0. */
const bounded: Readonly<Record<string, { readonly center: number; readonly radius: number }>> = {
  sigmoid: { center: 0.5, radius: 0.495 },
  tanh: { center: 0, radius: 0.99 },
  hardSigmoid: { center: 0.5, radius: 0.4999999 },
};

/** One call of one layer. */
interface Call {
  readonly output: Reading<TensorStats>;
  readonly active?: Reading<ArrayLike<number>>;
  readonly saturated?: Reading<number>;
  /** Between what it returned and what it would return outside of training. */
  gap?: Reading<PairSums>;
  gradient?: Reading<TensorStats>;
}

/** Remembers for each layer which of its units were active lately. */
export interface UnitMemory {
  /** Adds what was active at one step and returns the share of units that never was, over the last steps. */
  deadShare(path: string, active: ArrayLike<number>): number;
}

/**
 * @param activationOf - Name of a layer's activation, by path.
 * @param units - Outlives the draft.
 * @param sequences - Receives what is seen of recurrent layers.
 */
export function draftActivations(
  gauge: Gauge,
  histogram: boolean,
  activationOf: (path: string) => string | undefined,
  units: UnitMemory,
  sequences: SequencesDraft,
): ActivationDraft {
  const calls = new Map<string, Call[]>();
  const captured: Tensor[] = [];
  const takers = new Map<Tensor, (gradient: Tensor | undefined) => void>();
  /** One tensor may be two things: the output of a layer and the last state of its cell. */
  const capture = (tensor: Tensor, take: (gradient: Tensor | undefined) => void): void => {
    const others = takers.get(tensor);
    if (!others) captured.push(tensor);
    takers.set(tensor, (gradient) => {
      others?.(gradient);
      take(gradient);
    });
  };

  const captureState = (place: PlacedLayer, kind: 'hidden' | 'cell', time: number, state: Tensor): void =>
    capture(state, (gradient) => {
      if (gradient) sequences.gradient(place, kind, time, gradient);
    });

  return {
    listener: {
      output(place, tensor, inferred) {
        const activation = activationOf(place.path) ?? '';
        const bounds = isRecurrent(place) ? undefined : bounded[activation];
        const call: Call = gauge.untaped(() => ({
          output: gauge.stats(tensor, histogram),
          ...(oneSided.has(activation) && {
            active: gauge.activeUnits(tensor, unitAxis(place)),
          }),
          ...(bounds && { saturated: gauge.countBeyond(tensor, bounds.center, bounds.radius) }),
        }));
        if (inferred) call.gap = offTape(() => gauge.compare(tensor, inferred()));
        getOrAdd(calls, place.path, () => []).push(call);
        capture(tensor, (gradient) => {
          if (gradient) call.gradient = gauge.stats(gradient, histogram);
        });
      },
      state(place, time, hidden, cell) {
        captureState(place, 'hidden', time, hidden);
        if (cell) captureState(place, 'cell', time, cell);
      },
      gate: sequences.gate,
    },
    captured,
    gradients(given) {
      for (const [index, take] of [...takers.values()].entries()) take(given[index]);
    },
    records: () => ({
      layers: mapValues(calls, (of, path) => layerRecord(of, (active) => units.deadShare(path, active))),
    }),
  };
}

function layerRecord(calls: readonly Call[], deadShare: (active: ArrayLike<number>) => number): LayerRecord {
  const output = merged(calls.map((call) => call.output()));
  const gradients = calls.flatMap(({ gradient }) => (gradient ? [gradient()] : []));
  const active = calls.flatMap((call) => (call.active ? [call.active()] : []));
  const [first] = calls;
  const gaps = calls.flatMap(({ gap }) => (gap ? [gap()] : []));
  const saturated = calls.reduce((count, call) => count + (call.saturated?.() ?? 0), 0);
  return {
    output,
    outputGradient: gradients.length > 0 ? merged(gradients) : null,
    ...(active[0] && { deadShare: deadShare(anyActive(active, active[0])) }),
    ...(first?.saturated && { saturatedShare: output.size === 0 ? 0 : saturated / output.size }),
    ...(gaps.length > 0 && { inferenceGap: relativeDistance(gaps) }),
  };
}

/** Of all pairs together. */
function relativeDistance(pairs: readonly PairSums[]): number {
  let [distance, size] = [0, 0];
  for (const { differenceSquares, aSquares } of pairs) {
    distance += differenceSquares;
    size += aSquares;
  }
  return distance === 0 ? 0 : Math.sqrt(distance / size);
}

const merged = (stats: readonly TensorStats[]): TensorStats =>
  stats.reduce((sum, next) => mergeStats(sum, next));

function anyActive(calls: readonly ArrayLike<number>[], first: ArrayLike<number>): ArrayLike<number> {
  if (calls.length === 1) return first;
  return Array.from(first, (_, unit) => Math.max(...calls.map((active) => active[unit] ?? 0)));
}

/** Records over which a unit must have been silent to count as dead. */
const WINDOW_RECORDS = 10;

export function createUnitMemory(): UnitMemory {
  const layers = new Map<string, { records: number; lastActive: Float64Array }>();
  return {
    deadShare(path, active) {
      const layer = getOrAdd(layers, path, () => ({
        records: 0,
        lastActive: new Float64Array(active.length).fill(Number.NEGATIVE_INFINITY),
      }));
      const now = layer.records++;
      let dead = 0;
      for (let unit = 0; unit < active.length; unit++) {
        if ((active[unit] ?? 0) > 0) layer.lastActive[unit] = now;
        if (now - (layer.lastActive[unit] ?? 0) >= WINDOW_RECORDS) dead++;
      }
      return active.length === 0 ? 0 : dead / active.length;
    },
  };
}

/** Of filters, which stand before the pixels where a layer is told so. */
const unitAxis = ({ layer }: PlacedLayer): number =>
  'dataFormat' in layer && layer.dataFormat === 'channelsFirst' ? 1 : -1;

const isRecurrent = ({ layer }: PlacedLayer): boolean => 'cell' in layer || 'stateSize' in layer;

function getOrAdd<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

const mapValues = <V, R>(
  map: ReadonlyMap<string, V>,
  convert: (value: V, key: string) => R,
): Record<string, R> => Object.fromEntries([...map].map(([key, value]) => [key, convert(value, key)]));
