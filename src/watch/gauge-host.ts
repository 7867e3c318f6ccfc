import { backend, type Tensor } from '@tensorflow/tfjs-core';
import { change, compare } from '../kernels/compare.js';
import { BIN_COUNT, measure } from '../kernels/measure.js';
import { statsFromSums } from '../stats/stats-from-sums.js';
import type { Gauge } from './gauge.js';

/** Its counts become a histogram before the next tensor's: allocating it anew would take longer than counting a bias. */
const scratchBins = new Uint32Array(BIN_COUNT);

/** Measures at once, in one pass over the backend's own array, where values can be read synchronously. */
export const hostGauge: Gauge = {
  stats(tensor, histogram) {
    const bins = histogram ? scratchBins.fill(0) : undefined;
    const stats = statsFromSums(measure(elementsOf(tensor), bins), bins);
    return () => stats;
  },
  compare(before, after) {
    const sums = compare(elementsOf(before), elementsOf(after));
    return () => sums;
  },
  change(before, after) {
    const sums = change(elementsOf(before), elementsOf(after));
    return () => sums;
  },
  scalar(tensor) {
    const value = elementsOf(tensor)[0] ?? Number.NaN;
    return () => value;
  },
  activeUnits(tensor) {
    const active = new Uint8Array(tensor.shape.at(-1) ?? 1);
    const elements = elementsOf(tensor);
    // Most layers show all their units within a few rows.
    let silent = active.length;
    for (let row = 0; row < elements.length && silent > 0; row += active.length) {
      for (let unit = 0; unit < active.length; unit++) {
        if (active[unit] === 0 && elements[row + unit] !== 0) {
          active[unit] = 1;
          silent--;
        }
      }
    }
    return () => active;
  },
  countBeyond(tensor, center, radius) {
    const elements = elementsOf(tensor);
    let count = 0;
    for (let at = 0; at < elements.length; at++) {
      if (Math.abs((elements[at] as number) - center) > radius) count++;
    }
    return () => count;
  },
  // Reading a backend's array runs no operation.
  untaped: (reduce) => reduce(),
  settle: () => undefined,
  discard() {},
};

/** What the wasm backend offers beside the common interface: a view of its heap, valid until the next allocation. */
interface HeapBackend {
  typedArrayFromHeap?(tensor: Tensor): ArrayLike<number>;
  refCount(dataId: object): number;
}

/** The elements without a copy where the backend allows it; to be used before anything else is allocated. */
function elementsOf(tensor: Tensor): Float32Array {
  const heap: HeapBackend = backend();
  // A tensor of a backend that was active before is not on this heap.
  const onHeap = heap.typedArrayFromHeap && heap.refCount(tensor.dataId) > 0;
  const elements = onHeap && heap.typedArrayFromHeap ? heap.typedArrayFromHeap(tensor) : tensor.dataSync();
  return elements instanceof Float32Array ? elements : Float32Array.from(elements as ArrayLike<number>);
}
