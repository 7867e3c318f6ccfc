import {
  cast,
  concat,
  dispose,
  keep,
  reshape,
  type Tensor,
  type Tensor1D,
  tensor as tensorOf,
  tidy,
} from '@tensorflow/tfjs-core';
import { compare } from '../kernels/compare.js';
import { BIN_COUNT, type Bins, measure } from '../kernels/measure.js';
import { statsFromSums } from '../stats/stats-from-sums.js';
import { activeUnits, composedOps } from './device-ops.js';
import { pairOfTable, sumsOfTable } from './device-tables.js';
import { valuesAtHand } from './device-values.js';
import { webglOps } from './device-webgl.js';
import { webgpuOps } from './device-webgpu.js';
import { type Gauge, offTape, type Reading } from './gauge.js';
import type { ReadQueue } from './read-queue.js';

/** Elements that may wait on the device to be read as they are; beyond, histograms are left out. */
const MOST_WAITING = 2 ** 22;

/**
 * Reduces on the device, packs every number of the step into one tensor and reads it back later. Where the device cannot
 * count a histogram, the elements themselves are packed.
 */
export function deviceGauge(queue: ReadQueue): Gauge {
  const ops = webglOps() ?? webgpuOps() ?? composedOps;
  const { bins } = ops;
  const parts: Tensor1D[] = [];
  let packed = 0;
  let numbers: Float32Array = new Float32Array();

  const pack = <T>(compute: () => Tensor1D, parse: (numbers: Float32Array) => T): Reading<T> => {
    const part = keep(tidy(compute));
    const start = packed;
    packed += part.size;
    const end = packed;
    parts.push(part);
    return () => parse(numbers.subarray(start, end));
  };
  const flat = (tensor: Tensor): Tensor1D => reshape(cast(tensor, 'float32'), [-1]);

  const compareTensors: Gauge['compare'] = (before, after) => {
    const [a, b] = [valuesAtHand(before), valuesAtHand(after)];
    if (a && b) return at(compare(a, b));
    return pack(() => ops.pair(onDevice(before), onDevice(after)), pairOfTable);
  };

  return {
    stats(tensor, histogram) {
      const values = valuesAtHand(tensor);
      if (values) return at(statsFromSums(measure(values, histogram)));
      const { size } = tensor;
      if (histogram && !bins && queue.waiting + packed + size <= MOST_WAITING) {
        return pack(
          () => flat(tensor),
          (elements) => statsFromSums(measure(elements, true)),
        );
      }
      const sums = pack(
        () => ops.sums(tensor),
        (table) => sumsOfTable(table, size),
      );
      const counts = histogram && bins ? pack(() => bins(tensor), addUp) : undefined;
      return () => statsFromSums(sums(), counts?.());
    },
    compare: compareTensors,
    change: compareTensors,
    scalar(tensor) {
      const values = valuesAtHand(tensor);
      if (values) return at(values[0] ?? Number.NaN);
      return pack(
        () => flat(tensor),
        ([value = Number.NaN]) => value,
      );
    },
    activeUnits: (tensor, axis) =>
      pack(
        () => activeUnits(onDevice(tensor), axis),
        (active) => active,
      ),
    countBeyond: (tensor, center, radius) =>
      pack(
        () => ops.countBeyond(onDevice(tensor), center, radius),
        (counts) => counts.reduce((total, count) => total + count, 0),
      ),
    untaped: offTape,
    async settle() {
      if (parts.length === 0) return;
      try {
        const joined = keep(concat(parts));
        dispose(parts);
        numbers = await queue.read(joined);
      } finally {
        dispose(parts);
      }
    },
    discard: () => dispose(parts),
  };
}

const at =
  <T>(value: T): Reading<T> =>
  () =>
    value;

/** Counts of the same bins, one row behind the other. */
function addUp(rows: Float32Array): Bins {
  const bins: Bins = [];
  for (let index = 0; index < BIN_COUNT; index++) {
    let count = 0;
    for (let at = index; at < rows.length; at += BIN_COUNT) count += rows[at] as number;
    if (count !== 0) bins.push([index, count]);
  }
  return bins;
}

/** A copy of what is at hand: on the device, the tensor itself would be computed with differently from then on. */
function onDevice(tensor: Tensor): Tensor {
  const values = valuesAtHand(tensor);
  return values ? tensorOf(values, tensor.shape) : tensor;
}
