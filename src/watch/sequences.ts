import type { Tensor } from '@tensorflow/tfjs-core';
import type { PlacedLayer } from '../layout/paths.js';
import { listenThroughTime, tellsThroughTime } from '../layout/through-time.js';
import type { GateRecord, TensorStats, ThroughTimeRecord } from '../record/run.js';
import { mergeStats } from '../stats/merge.js';
import type { Gauge, Reading } from './gauge.js';

/** What one step shows of the recurrent layers. Time steps are counted in the order of computation. */
export interface SequencesDraft {
  /** dL/dh_t or dL/dc_t of a layer. */
  gradient(place: PlacedLayer, kind: 'hidden' | 'cell', time: number, tensor: Tensor): void;
  /** A gate opened this far. */
  gate(place: PlacedLayer, name: string, tensor: Tensor): void;
  /** All of one pass, summed up already. */
  sums(place: PlacedLayer, record: ThroughTimeRecord): void;
  /** By layer path, if there is any; to be called once the gauge has settled. */
  records(): Record<string, ThroughTimeRecord> | undefined;
}

interface Sequence {
  readonly reversed: boolean;
  /** By time step, one for each call of the layer. */
  readonly hidden: Reading<TensorStats>[][];
  readonly cell: Reading<TensorStats>[][];
  readonly gates: Map<string, { stats: Reading<TensorStats>; saturated: Reading<number> }[]>;
  /** Of layers that sum up themselves, one for each call. */
  readonly passes: ThroughTimeRecord[];
}

/** A gate this far from 0.5 is all but open or shut. */
const SATURATED_GATE = 0.45;

export function draftSequences(gauge: Gauge): SequencesDraft {
  const sequences = new Map<string, Sequence>();
  const sequenceOf = ({ path, reversed }: PlacedLayer): Sequence => {
    const known = sequences.get(path);
    if (known) return known;
    const made: Sequence = { reversed, hidden: [], cell: [], gates: new Map(), passes: [] };
    sequences.set(path, made);
    return made;
  };
  return {
    gradient(place, kind, time, tensor) {
      const steps = sequenceOf(place)[kind];
      steps[time] = [...(steps[time] ?? []), gauge.stats(tensor, false)];
    },
    gate(place, name, tensor) {
      const readings = gauge.untaped(() => ({
        stats: gauge.stats(tensor, false),
        saturated: gauge.countBeyond(tensor, 0.5, SATURATED_GATE),
      }));
      const { gates } = sequenceOf(place);
      const known = gates.get(name);
      if (known) known.push(readings);
      else gates.set(name, [readings]);
    },
    sums(place, record) {
      sequenceOf(place).passes.push(record);
    },
    records() {
      if (sequences.size === 0) return undefined;
      return Object.fromEntries([...sequences].map(([path, sequence]) => [path, recordOf(sequence)]));
    },
  };
}

/**
 * Has the fused layers tell of the gradient through time; the others tell through their cells.
 *
 * @param withGates - Whether they tell of their gates too, which takes twice as long.
 * @param failed - Receives what measuring throws, in the middle of a backward pass.
 * @returns How to have them stop.
 */
export function listenToFused(
  placed: readonly PlacedLayer[],
  { step, sequences }: { readonly step: number; readonly sequences: SequencesDraft },
  withGates: boolean,
  failed: (error: unknown, step: number) => void,
): () => void {
  const guarded = (use: () => void): void => {
    try {
      use();
    } catch (error) {
      failed(error, step);
    }
  };
  const fused = placed.filter(({ layer }) => tellsThroughTime(layer));
  for (const place of fused) {
    listenThroughTime(place.layer, {
      sums: (record) => sequences.sums(place, record),
      gradient: (kind, time, tensor) => guarded(() => sequences.gradient(place, kind, time, tensor)),
      gate: withGates ? (name, tensor) => guarded(() => sequences.gate(place, name, tensor)) : undefined,
    });
  }
  return () => {
    for (const { layer } of fused) listenThroughTime(layer, undefined);
  };
}

function recordOf({ reversed, hidden, cell, gates, passes }: Sequence): ThroughTimeRecord {
  const [first, ...others] = passes;
  if (first) return others.reduce(joined, first);
  const length = Math.max(hidden.length, cell.length);
  const norms = (steps: readonly (readonly Reading<TensorStats>[])[]): number[] => {
    const inOrder = Array.from({ length }, (_, time) =>
      Math.hypot(...(steps[time] ?? []).map((reading) => reading().norm)),
    );
    return reversed ? inOrder.reverse() : inOrder;
  };
  const gateRecords = [...gates].map(([name, readings]): [string, GateRecord] => {
    const stats = readings.map((reading) => reading.stats()).reduce((sum, next) => mergeStats(sum, next));
    const saturated = readings.reduce((count, reading) => count + reading.saturated(), 0);
    return [name, { mean: stats.mean, saturatedShare: stats.size === 0 ? 0 : saturated / stats.size }];
  });
  return {
    hiddenGradientNorms: norms(hidden),
    ...(cell.length > 0 && { cellGradientNorms: norms(cell) }),
    ...(gateRecords.length > 0 && { gates: Object.fromEntries(gateRecords) }),
  };
}

/** Two passes of a shared layer: norms over both, gates in the mean. */
function joined(a: ThroughTimeRecord, b: ThroughTimeRecord): ThroughTimeRecord {
  const norms = (x: readonly number[], y: readonly number[]): number[] =>
    Array.from({ length: Math.max(x.length, y.length) }, (_, at) => Math.hypot(x[at] ?? 0, y[at] ?? 0));
  const gates =
    a.gates &&
    Object.entries(a.gates).map(([name, gate]): [string, GateRecord] => {
      const { mean, saturatedShare } = b.gates?.[name] ?? gate;
      return [
        name,
        { mean: (gate.mean + mean) / 2, saturatedShare: (gate.saturatedShare + saturatedShare) / 2 },
      ];
    });
  return {
    hiddenGradientNorms: norms(a.hiddenGradientNorms, b.hiddenGradientNorms),
    ...(a.cellGradientNorms && {
      cellGradientNorms: norms(a.cellGradientNorms, b.cellGradientNorms ?? []),
    }),
    ...(gates && { gates: Object.fromEntries(gates) }),
  };
}
