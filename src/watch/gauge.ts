import {
  backend,
  customGrad,
  engine,
  getBackend,
  type KernelBackend,
  keep,
  reshape,
  type Scalar,
  scalar,
  type Tensor,
} from '@tensorflow/tfjs-core';
import type { ChangeSums, PairSums } from '../kernels/compare.js';
import { hostMemoryOf } from '../layout/host-memory.js';
import type { TensorStats } from '../record/run.js';

/** A number that can be had now, or once its gauge has settled. */
export type Reading<T> = () => T;

/**
 * Reduces the tensors of one step to numbers. Every reduction happens when it is asked for, since tensors die with the
 * step; only reading back may come later.
 */
export interface Gauge {
  stats(tensor: Tensor, histogram: boolean): Reading<TensorStats>;
  compare(before: Tensor, after: Tensor): Reading<PairSums>;
  /** The part of `compare` that a weight's update needs. */
  change(before: Tensor, after: Tensor): Reading<ChangeSums>;
  scalar(tensor: Scalar): Reading<number>;
  /** For each unit, along `axis`, a number above 0 where any element is not 0. */
  activeUnits(tensor: Tensor, axis: number): Reading<ArrayLike<number>>;
  /** Number of elements that lie farther than `radius` from `center`. */
  countBeyond(tensor: Tensor, center: number, radius: number): Reading<number>;
  /** Runs reductions of tensors that are being differentiated, without leaving them on the tape. */
  untaped<T>(reduce: () => T): T;
  /** Starts reading back; `undefined` when every reading can be called at once. */
  settle(): Promise<void> | undefined;
  /** Gives up what was measured so far. */
  discard(): void;
}

/**
 * Another reference to the tensor's present value: no copy is made, as wasm's `clone` would. Where this thread sees the
 * values, past the operations of tfjs, which take longer than to measure a bias.
 */
export function reference<T extends Tensor>(tensor: T): T {
  const owner: KernelBackend = backend();
  const memory = hostMemoryOf[getBackend()];
  // A tensor of a backend that was active before is not here yet.
  if (!memory || !(owner.refCount(tensor.dataId) > 0)) return reshape(tensor, tensor.shape) as Tensor as T;
  return engine().makeTensorFromTensorInfo(memory.share(owner, tensor), owner) as T;
}

/** Sizes before, along and after an axis, which is counted from the end where it is negative. */
export function aroundAxis(shape: readonly number[], axis: number): [number, number, number] {
  const at = axis < 0 ? shape.length + axis : axis;
  const size = (sizes: readonly number[]): number => sizes.reduce((product, next) => product * next, 1);
  return [size(shape.slice(0, Math.max(0, at))), shape[at] ?? 1, size(shape.slice(at + 1))];
}

/** Runs operations on tensors that are being differentiated, without leaving them on the tape. */
export function offTape<T>(run: () => T): T {
  let result: T | undefined;
  customGrad(() => {
    result = run();
    return { value: scalar(0), gradFunc: (dy: Tensor) => dy };
  })(scalar(0));
  return result as T;
}

/** A reference that outlives every scope. */
export const hold = (tensor: Tensor): Tensor => keep(reference(tensor));
