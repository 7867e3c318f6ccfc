import {
  cast,
  greater,
  isFinite as isFiniteTensor,
  lessEqual,
  minimum,
  mul,
  type NamedTensorMap,
  reshape,
  type Scalar,
  type Tensor,
  where,
} from '@tensorflow/tfjs-core';
import { measureNorms, scaleDown } from './clip-norms.js';
import { largestFloat32 } from './float32.js';
import { mapTensors } from './map-tensors.js';
import { type NonFinitePolicy, withhold } from './non-finite.js';
import type { ClipStrategy } from './strategy.js';

/** A clip by global norm whose limit comes from the norms of earlier steps. */
export interface LearnedClip {
  /** As it appears in records. */
  readonly name: string;
  /** What to do with a step beyond the limit. */
  readonly onSpike: 'clip' | 'skip';
  /** What to do with NaN and infinite gradients. */
  readonly nonFinite: NonFinitePolicy;
  /** The memory before the first step. */
  initialState(): NamedTensorMap;
  /** The limit of this step, a scalar, and the memory after it. The norm is a finite scalar, 0 where there is none to learn. */
  learn(norm: Tensor, state: NamedTensorMap): { limit: Tensor; state: NamedTensorMap };
}

/** A standard deviation is taken to be at least this share of the mean: norms that hardly vary are no spikes. */
export const leastDeviation = 0.01;

/**
 * Makes a strategy of it. Only finite norms above 0 enter the memory: after a stretch of zero gradients, which tell nothing
 * of the ones to come, a memory of zeros would let none of them pass.
 */
export function learnedClip({ name, onSpike, nonFinite, initialState, learn }: LearnedClip): ClipStrategy {
  return {
    name,
    initialState,
    apply(gradients, { state: given }) {
      const names = Object.keys(gradients);
      if (names.length === 0) return { gradients };
      const before = Object.keys(given).length > 0 ? given : initialState();
      const measured = measureNorms(gradients, { groups: [names], p: 2, nonFinite });
      const finite = isFiniteTensor(reshape(measured.norms.relative, []));
      const norm = where(finite, minimum(reshape(measured.norms.norm, []), largestFloat32), 0);
      const { limit, state: after } = learn(norm, before);
      const clipped = scaleDown(measured, reshape(limit, [1]));
      const tells = greater(norm, 0);
      const state = mapTensors(after, (tensor, key) => where(tells, tensor, before[key] ?? tensor));
      if (onSpike === 'clip') return { ...clipped, state };
      // What becomes of a norm that is not finite is up to the policy.
      const within = cast<Scalar>(where(finite, lessEqual(norm, limit), true), 'float32');
      const accept = clipped.accept ? mul<Scalar>(clipped.accept, within) : within;
      return {
        gradients: mapTensors(clipped.gradients, (gradient) => withhold(gradient, accept)),
        state,
        accept,
      };
    },
  };
}
