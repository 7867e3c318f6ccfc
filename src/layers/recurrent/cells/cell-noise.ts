import { add, mul, type Tensor, tensor, where } from '@tensorflow/tfjs-core';
import { type CellOptions, zoneoutRates } from './cell-options.js';

/** What a cell does to its tensors while it trains, so that it does not learn by heart. */
export interface CellNoise {
  /** The same elements of each sample are dropped for as long as the sequence lasts. */
  input(x: Tensor): Tensor;
  /** The same of the state, as the recurrent kernel sees it. */
  hidden(h: Tensor): Tensor;
  /** What is about to be written, dropped anew at each time step. */
  candidate(x: Tensor): Tensor;
  /** Some units keep the state that they had. */
  zoneout(state: string, before: Tensor, after: Tensor): Tensor;
}

const same = (x: Tensor): Tensor => x;

/**
 * Gives the noise of a time step. tfjs tells a cell only what it computes now, but hands it the same object of arguments
 * throughout a sequence and a new one with the next: masks live as long as that object.
 */
export function cellNoise(
  options: CellOptions,
  states: readonly string[],
): (sequence: object, training: boolean) => CellNoise {
  const { dropout = 0, recurrentDropout = 0, candidateDropout = 0 } = options;
  const rates = zoneoutRates(options, states);
  const masksOf = new WeakMap<object, Map<string, Float32Array>>();

  const held = (sequence: object, kind: string, rate: number): ((x: Tensor) => Tensor) => {
    if (rate === 0) return same;
    const masks = masksOf.get(sequence) ?? new Map<string, Float32Array>();
    masksOf.set(sequence, masks);
    return (x) => {
      const mask = masks.get(kind) ?? drawFactors(x.size, rate);
      masks.set(kind, mask);
      return mul(x, tensor(mask, x.shape));
    };
  };

  return (sequence, training) => ({
    input: training ? held(sequence, 'input', dropout) : same,
    hidden: training ? held(sequence, 'hidden', recurrentDropout) : same,
    candidate: (x) =>
      training && candidateDropout > 0 ? mul(x, tensor(drawFactors(x.size, candidateDropout), x.shape)) : x,
    zoneout(state, before, after) {
      const rate = rates[state] ?? 0;
      if (rate === 0) return after;
      if (!training) return add(mul(before, rate), mul(after, 1 - rate));
      const keeps = Uint8Array.from({ length: before.size }, () => Number(Math.random() < rate));
      return where(tensor(keeps, before.shape, 'bool'), before, after);
    },
  });
}

/** 0 for the dropped share, and what makes up for it elsewhere. */
function drawFactors(size: number, rate: number): Float32Array {
  const kept = 1 / (1 - rate);
  return Float32Array.from({ length: size }, () => (Math.random() < rate ? 0 : kept));
}
