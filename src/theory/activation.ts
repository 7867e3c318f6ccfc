import type { ActivationFacts, ActivationName } from './activation-profile.js';
import { activationProfile } from './activation-profiles.js';
import { numericalSlope } from './numerical-slope.js';

/** An element-wise activation: one with a profile, or any function that is finite for every finite input. */
export type Activation = ActivationName | ((x: number) => number);

/** An activation with what integrals of it need. */
export interface DifferentiableActivation extends Pick<ActivationFacts, 'f' | 'derivative'> {
  /** Relative error that its integrals can reach. */
  readonly tolerance: number;
}

/** Where a function is tried before it is integrated. */
const probes = [-8, -1, 0, 1, 8];

/** @param caller - The public function, for error messages. */
export function differentiable(caller: string, activation: Activation): DifferentiableActivation {
  if (typeof activation === 'string') {
    const { f, derivative } = activationProfile(activation);
    return { f, derivative, tolerance: 1e-11 };
  }
  if (typeof activation !== 'function') {
    throw new TypeError(
      `${caller}: activation must be the name of one or a function of a number, got ${activation === null ? 'null' : typeof activation}`,
    );
  }
  for (const x of probes) {
    const y: unknown = activation(x);
    if (!Number.isFinite(y)) {
      throw new RangeError(
        `${caller}: activation must return a finite number for every finite input, got ${y} at ${x}`,
      );
    }
  }
  // The slopes carry an error of about 1e-11 each.
  return { f: activation, derivative: numericalSlope(activation), tolerance: 1e-9 };
}
