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
import { clipNorms } from './clip-norms.js';
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
  /** The limit of this step, a scalar, and the memory after it. `norm` is a finite scalar, and 0 where it is not to be learned. */
  learn(norm: Tensor, state: NamedTensorMap): { limit: Tensor; state: NamedTensorMap };
}

/** A standard deviation is taken to be at least this share of the mean: norms that hardly vary are no spikes. */
export const leastDeviation = 0.01;

const largestFloat32 = 3.4028234663852886e38;

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
      let state = before;
      let within: Scalar | undefined;
      const clipped = clipNorms(gradients, {
        groups: [names],
        p: 2,
        nonFinite,
        limits({ relative, norm }) {
          const finite = isFiniteTensor(reshape(relative, []));
          const number = where(finite, minimum(reshape(norm, []), largestFloat32), 0);
          const learned = learn(number, before);
          const tells = greater(number, 0);
          state = mapTensors(learned.state, (tensor, key) => where(tells, tensor, before[key] ?? tensor));
          // What becomes of a norm that is not finite is up to the policy.
          if (onSpike === 'skip')
            within = cast(where(finite, lessEqual(number, learned.limit), true), 'float32');
          return reshape(learned.limit, [1]);
        },
      });
      if (!within) return { ...clipped, state };
      const accept: Scalar = clipped.accept ? mul(clipped.accept, within) : within;
      return {
        gradients: mapTensors(clipped.gradients, (gradient) => withhold(gradient, accept)),
        state,
        accept,
      };
    },
  };
}
