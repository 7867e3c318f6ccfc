import { mul, ones, tensor1d, tidy } from '@tensorflow/tfjs-core';

/** What of a float a backend keeps when it computes. */
export interface Precision {
  /** Bits of its floats. */
  readonly floatPrecision: 16 | 32;
  /** The smallest power of two that is kept with all digits. */
  readonly smallestNormal: number;
  /** The smallest power of two that is kept at all. */
  readonly smallest: number;
}

/** Small tensors are computed on the host by the GPU backends, which is what misleads tfjs's own check: this is not small. */
const SIZE = 4096;

/** The exponent of the smallest normal float32, and of the smallest float32. */
const NORMAL_EXPONENTS = 126;
const EXPONENTS = 149;

/** 1 and the last of the ten binary digits that follow it in a 16-bit float. */
const TEN_DIGITS = 1 + 2 ** -10;

/** Multiplies by 1 on the backend and looks at what is left. */
export async function probePrecision(): Promise<Precision> {
  const powers = Array.from({ length: EXPONENTS + 1 }, (_, k) => 2 ** -k);
  const sent = new Float32Array(SIZE).fill(1);
  sent.set(powers.map((power) => power * TEN_DIGITS));
  sent.set(powers, powers.length);
  // Two digits more than a 16-bit float has.
  sent[2 * powers.length] = 1 + 2 ** -12;
  const product = tidy(() => mul(tensor1d(sent), ones([SIZE])));
  const got = await product.data();
  product.dispose();
  const kept = (start: number, most: number): number => {
    let k = 0;
    while (k < most && got[start + k + 1] === sent[start + k + 1]) k++;
    return 2 ** -k;
  };
  return {
    floatPrecision: got[2 * powers.length] === sent[2 * powers.length] ? 32 : 16,
    smallestNormal: kept(0, NORMAL_EXPONENTS),
    smallest: kept(powers.length, EXPONENTS),
  };
}

/** What tfjs takes at 32 bits. */
const FLOAT32_EPSILON = 1e-7;

/** Share of a new square in the second moment of Adam and RMSProp, by default. */
const SHARE_OF_SQUARE = 1e-3;

/**
 * The epsilon with which a step of Adam stays below the learning rate even where the second moment vanishes:
 * `g / epsilon <= 1` for the largest gradient g with `(1 - beta2) g² < smallest`.
 */
export const epsilonFor = ({ smallest }: Precision): number =>
  Math.max(FLOAT32_EPSILON, Math.sqrt(smallest / SHARE_OF_SQUARE));
