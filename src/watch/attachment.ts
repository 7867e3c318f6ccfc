import type { Optimizer } from '@tensorflow/tfjs-core';
import type { ClipStrategy } from '../clip/strategy.js';
import type { PlacedLayer } from '../layout/paths.js';
import { attachClipper, detachClipper } from './clipping.js';
import { existingHook, hookOf, releaseHook, type StepObserver } from './hook.js';
import { createLossScaler, type LossScaleOptions } from './loss-scale.js';
import { describeWeights } from './model.js';

/** What a monitor has on an optimizer: one at a time, since a model gets another one with each compile. */
export interface Attachment {
  readonly optimizer: Optimizer | undefined;
  /** Takes it off the optimizer before; returns whether the next one took it: another monitor may watch that. */
  attach(next: Optimizer): boolean;
  /** Leaves the optimizer as it was found, but for what others have put there. */
  release(): void;
}

export interface AttachmentOptions {
  readonly observer: StepObserver;
  readonly clip: ClipStrategy | undefined;
  readonly lossScale: LossScaleOptions | undefined;
  /** Called in the place of clipping where the optimizer does so by a strategy of this name. */
  clipsAlready(strategy: string): void;
  /** Of the model, for strategies that clip by unit. */
  layers(): readonly PlacedLayer[];
}

export function createAttachment({
  observer,
  clip,
  lossScale,
  clipsAlready,
  layers,
}: AttachmentOptions): Attachment {
  let optimizer: Optimizer | undefined;
  const release = (): void => {
    const hook = optimizer && existingHook(optimizer);
    if (optimizer && clip) detachClipper(optimizer, clip);
    if (hook?.observer === observer) hook.observer = undefined;
    if (hook && lossScale) {
      hook.scaler?.dispose();
      hook.scaler = undefined;
    }
    if (optimizer) releaseHook(optimizer);
    optimizer = undefined;
  };
  return {
    get optimizer() {
      return optimizer;
    },
    attach(next) {
      release();
      if (existingHook(next)?.observer) return false;
      optimizer = next;
      const hook = hookOf(next);
      hook.observer = observer;
      if (lossScale) hook.scaler = createLossScaler(lossScale);
      if (clip && hook.clipper) clipsAlready(hook.clipper.strategy.name);
      else if (clip) attachClipper(next, clip, () => describeWeights(layers()));
      return true;
    },
    release,
  };
}
