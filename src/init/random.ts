/** The next number of a stream, uniform in [0, 1). */
export type Random = () => number;

/**
 * Gives a new stream of random numbers at each call, all fixed by the seed and all different: so one seeded initialiser
 * never fills two kernels alike, and the same program run twice fills each the same way.
 *
 * @param seed - A safe integer, taken modulo 2^32; without it every stream is seeded by chance.
 */
export function randomStreams(name: string, seed: number | undefined): () => Random {
  assertSeed(name, seed);
  let opened = 0;
  return () => sfc32(seed ?? Math.floor(Math.random() * 2 ** 32), opened++);
}

/** Throws unless a seed is a safe integer, or left out. */
export function assertSeed(name: string, seed: number | undefined): void {
  if (seed !== undefined && !Number.isSafeInteger(seed)) {
    throw new RangeError(`${name}: seed must be a safe integer, got ${seed}`);
  }
}

/**
 * The seed as tfjs and a later reading of the file must see it: tfjs takes 0 for "no seed" in its normal initialisers,
 * and 2^32 means the same here.
 */
export function savedSeed(seed: number | undefined): number | null {
  return seed === 0 ? 2 ** 32 : (seed ?? null);
}

/** Chris Doty-Humphrey's small fast counting generator, which passes PractRand; state of 128 bits. */
function sfc32(seed: number, stream: number): Random {
  let a = seed | 0;
  let b = stream | 0;
  let c = 0x9e3779b9 | 0;
  let counter = 1;
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
  // Until every bit of the seed has reached every bit of the state.
  for (let round = 0; round < 15; round++) next();
  return next;
}

/**
 * Draws from the normal distribution around 0, by Marsaglia's polar method; draws beyond `cut` standard deviations are
 * dropped, which lowers the variance: to {@link truncatedVariance} of it at a cut of 2.
 */
export function normal(size: number, std: number, random: Random, cut: number = Infinity): Float32Array {
  const values = new Float32Array(size);
  for (let filled = 0; filled < size; ) {
    const x = 2 * random() - 1;
    const y = 2 * random() - 1;
    const square = x * x + y * y;
    if (square >= 1 || square === 0) continue;
    const scale = Math.sqrt((-2 * Math.log(square)) / square);
    if (Math.abs(x * scale) <= cut) values[filled++] = x * scale * std;
    // One slot may be left for a pair; a write past the end of a typed array is ignored.
    if (Math.abs(y * scale) <= cut) values[filled++] = y * scale * std;
  }
  return values;
}

/** Variance of the standard normal distribution cut at 2 standard deviations: 1 - 4 phi(2) / (2 Phi(2) - 1). */
export const truncatedVariance: number = 0.7737413035499232;

/** Draws uniformly from [-limit, limit). */
export function uniform(size: number, limit: number, random: Random): Float32Array {
  const values = new Float32Array(size);
  for (let index = 0; index < size; index++) values[index] = (2 * random() - 1) * limit;
  return values;
}
