import { clipByGlobalNorm, type Remedy } from 'gradient-health';
import type { Plan } from './classifier.js';

/** Applies a remedy of a finding to a plan; what it names is what this library and tfjs export. */
export function treat(plan: Plan, { kind, to }: Remedy): Plan {
  switch (kind) {
    case 'initializer':
      return { ...plan, initializer: String(to) };
    case 'activation':
      return { ...plan, activation: to as Plan['activation'] };
    case 'clip': {
      const limit = String(to).match(/^clipByGlobalNorm\((.+)\)$/)?.[1];
      return { ...plan, clip: clipByGlobalNorm(Number(limit)) };
    }
    default:
      throw new Error(`This program does not know how to apply ${kind} ${to}`);
  }
}
