import { backend, type Tensor } from '@tensorflow/tfjs-core';
import { change, compare } from '../kernels/compare.js';
import { measure } from '../kernels/measure.js';
import { statsFromSums } from '../stats/stats-from-sums.js';
import { aroundAxis, type Gauge } from './gauge.js';

/** Measures at once, in one pass over the backend's own array, where values can be read synchronously. */
export const hostGauge: Gauge = {
  stats(tensor, histogram) {
    const stats = statsFromSums(measure(elementsOf(tensor), histogram));
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
  activeUnits(tensor, axis) {
    const [, units, each] = aroundAxis(tensor.shape, axis);
    const active = new Uint8Array(units);
    const elements = elementsOf(tensor);
    // Most layers show all their units within a few rows: only those that were silent so far are looked at.
    let silent: number[] = [];
    for (let unit = 0; unit < units; unit++) silent.push(unit);
    for (let row = 0; row < elements.length && silent.length > 0; row += units * each) {
      const still: number[] = [];
      for (const unit of silent) {
        const end = row + (unit + 1) * each;
        let at = end - each;
        while (at < end && elements[at] === 0) at++;
        if (at === end) still.push(unit);
        else active[unit] = 1;
      }
      silent = still;
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
