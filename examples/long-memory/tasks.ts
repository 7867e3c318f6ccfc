import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import { adding } from '../../battery/data/sequences.js';
import { streamOf } from '../../battery/random.js';

/** A batch of sequences, [samples, time, inputs], and what is asked of them at their end. */
export interface Lesson {
  readonly x: Tensor;
  readonly y: Tensor;
}

/** The sum of the two marked numbers; answering 1 whatever comes has a mean squared error of 0.167. */
export function addingLesson(samples: number, time: number, seed: number): Lesson {
  const { rows } = adding.generate({ n: samples, length: time, seed });
  return { x: tensor(rows.x, [samples, time, 2]), y: tensor(rows.y, [samples, 1]) };
}

/** Kinds of symbols: A and B, whose order is asked for, and four that mean nothing. */
export const SYMBOLS = 6;

/**
 * In which order two symbols came, A or B each, the first after a tenth of the time, the second after half of it: one of four
 * classes (arXiv 1211.5063).
 */
export function orderLesson(samples: number, time: number, seed: number): Lesson {
  const random = streamOf(seed);
  const below = (count: number): number => Math.floor(random() * count);
  const x = new Float32Array(samples * time * SYMBOLS);
  const y = new Float32Array(samples * 4);
  for (let sample = 0; sample < samples; sample++) {
    const places = [0.1, 0.5].map((share) => Math.floor(share * time) + below(Math.floor(0.1 * time)));
    const symbols = [below(2), below(2)];
    for (let t = 0; t < time; t++) {
      const marked = places.indexOf(t);
      const symbol = marked === -1 ? 2 + below(4) : (symbols[marked] ?? 0);
      x[(sample * time + t) * SYMBOLS + symbol] = 1;
    }
    y[sample * 4 + 2 * (symbols[0] ?? 0) + (symbols[1] ?? 0)] = 1;
  }
  return { x: tensor(x, [samples, time, SYMBOLS]), y: tensor(y, [samples, 4]) };
}
