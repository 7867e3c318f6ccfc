import { adaptiveClip } from '../../clip/adaptive.js';
import { clipByGlobalNorm } from '../../clip/by-global-norm.js';
import { clipByNorm } from '../../clip/by-norm.js';
import { clipByValue } from '../../clip/by-value.js';
import { skipNonFinite } from '../../clip/skip-non-finite.js';
import type { ClipStrategy } from '../../clip/strategy.js';
import type { ApplyRemedy } from './apply-remedy.js';

/** By the names that rules and `suggestClip` give, with their limit in brackets. */
const strategies: Readonly<Record<string, (limit: number) => ClipStrategy>> = {
  adaptiveClip: (factor) => adaptiveClip({ factor }),
  clipByGlobalNorm,
  clipByNorm,
  clipByValue,
  skipNonFinite: () => skipNonFinite(),
};

/** Clips in another way, `clipByGlobalNorm(1)`, or not at all: `none`. */
export const changeClip: ApplyRemedy = (plan, { to }) => {
  if (typeof to === 'number') return { ...plan, clip: clipByGlobalNorm(to) };
  if (to === 'none') return plan.clip ? { ...plan, clip: undefined } : null;
  const [, name = '', limit = ''] = /^(\w+)(?:\(([^)]*)\))?$/.exec(to) ?? [];
  const create = Object.hasOwn(strategies, name) ? strategies[name] : undefined;
  if (!create) return null;
  const number = Number(limit || (name === 'adaptiveClip' ? 0.01 : 1));
  return number > 0 && Number.isFinite(number) ? { ...plan, clip: create(number) } : null;
};
