import { orthogonal } from './orthogonal.js';
import type { SavedObject } from './own-class.js';

/**
 * Ours in the place of tfjs's orthogonal initialiser, given by name or as saved, which is slow and throws without the chained
 * methods of all of tfjs; any other as it is.
 */
export function fastOrthogonal(given: unknown): unknown {
  if (given == null || given === 'orthogonal') return orthogonal();
  const { className, config } = given as Partial<SavedObject>;
  if (className !== 'Orthogonal') return given;
  const { seed, gain } = (config ?? {}) as { seed?: number | null; gain?: number | null };
  return orthogonal({ ...(seed != null && { seed }), ...(gain != null && { gain }) });
}
