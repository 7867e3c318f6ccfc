import type { Optimizer } from '@tensorflow/tfjs-core';
import { existingHook } from './hook.js';

/** Marks a watched model; registered globally, so that two builds of this library see it. */
const watchedKey: unique symbol = Symbol.for('gradient-health.watched') as typeof watchedKey;

/** Marks a model or optimizer as watched; returns how to take the mark off. */
export function markWatched(target: object): () => void {
  Object.defineProperty(target, watchedKey, { value: true, configurable: true });
  return () => delete (target as { [watchedKey]?: true })[watchedKey];
}

/** Throws where the target is watched already, or clips already and is to clip. */
export function assertUnwatched(target: object, optimizer: Optimizer | undefined, clips: boolean): void {
  const hook = optimizer && existingHook(optimizer);
  if (watchedKey in target || hook?.observer) {
    throw new Error('watch: this is watched already; use that monitor, or call its stop() first');
  }
  if (clips && hook?.clipper) {
    throw new Error(
      `watch: the optimizer already clips with ${hook.clipper.strategy.name}; leave out the option "clip" or call stopClipping(optimizer) first`,
    );
  }
}

/** For whatever is neither a model nor an optimizer. */
export function notATarget(target: unknown): TypeError {
  const got = target === null ? 'null' : typeof target === 'object' ? target.constructor.name : typeof target;
  return new TypeError(
    `watch: expected a tfjs LayersModel or Optimizer, got ${got}. Graph models and other frozen models do not train.`,
  );
}
