import { type Random, randomStreams } from '../src/init/random.js';

export type { Random } from '../src/init/random.js';

/** A stream of random numbers fixed by all of `keys`: neighbouring keys give unrelated streams. */
export function streamOf(...keys: readonly number[]): Random {
  let seed = 0x811c9dc5;
  for (const key of keys) {
    seed = Math.imul(seed ^ key, 0x85ebca6b);
    seed = Math.imul(seed ^ (seed >>> 13), 0xc2b2ae35);
    seed ^= seed >>> 16;
  }
  return randomStreams('battery', seed)();
}

/**
 * Runs `work` with `Math.random` replaced. tfjs seeds everything it draws without a seed from one call of it: default
 * initialisers, dropout masks, noise layers. So their distributions stay, and only chance becomes repeatable.
 */
export function withRandom<Result>(random: Random, work: () => Result): Result {
  const original = Math.random;
  Math.random = random;
  try {
    return work();
  } finally {
    Math.random = original;
  }
}

/** The numbers from 0 to `size - 1` in random order. */
export function permutation(size: number, random: Random): number[] {
  const order = Array.from({ length: size }, (_, i) => i);
  for (let i = size - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

/** One number from the normal distribution. */
export function gaussian(random: Random): number {
  // 1 - u is in (0, 1], where the logarithm is finite.
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** A number from `low` to `high`, each order of magnitude as likely as the next; two digits are enough of it. */
export function logUniform(low: number, high: number, random: Random): number {
  return Number((low * (high / low) ** random()).toPrecision(2));
}

/** One of these. */
export function oneOf<Value>(values: readonly Value[], random: Random): Value {
  return values[Math.floor(random() * values.length)]!;
}
