import { maximum, minimum, mul, step, sub } from '@tensorflow/tfjs-core';
/**
 * x limited to [low, high], NaN kept. tfjs's clipByValue turns NaN into `low` on wasm, where minimum and maximum keep it
 * as their first argument only.
 */
export const limit = (x, low, high) => minimum(maximum(x, low), high);
/** 1 where low < x < high, else 0: the slope of {@link limit}, 0 at both ends as in PyTorch. NaN where x is. */
export const between = (x, low, high) => mul(step(sub(x, low)), step(sub(high, x)));
/** 1 where x >= low, else 0. NaN where x is. */
export const atLeast = (x, low) => sub(1, step(sub(low, x)));
