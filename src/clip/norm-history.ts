import { cast, concat, fill, greaterEqual, reshape, slice, sum, type Tensor } from '@tensorflow/tfjs-core';

/** Stands for a place not yet taken; norms are never negative. */
const empty = -1;

/** A history of norms without any; shape [length]. */
export function emptyHistory(length: number): Tensor {
  return fill([length], empty);
}

/** The history with one norm more, without its oldest. */
export function remember(history: Tensor, norm: Tensor): Tensor {
  return concat([slice(history, [1]), reshape(norm, [1])]);
}

/** 1 for each norm known and 0 for each empty place; shape [length]. */
export function known(history: Tensor): Tensor {
  return cast(greaterEqual(history, 0), 'float32');
}

/** How many norms it holds. */
export function count(history: Tensor): Tensor {
  return sum(known(history));
}
