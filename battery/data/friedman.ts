import { count, integer, optional, positive } from '../fields.js';
import { gaussian, streamOf } from '../random.js';
import { type Drawn, type Kind, kind } from './rows.js';

/**
 * Regression of a function of five numbers from [0, 1), among others that do not matter:
 * y = 10 sin(pi x1 x2) + 20 (x3 - 1/2)^2 + 10 x4 + 5 x5 + noise. Source: Friedman, Annals of Statistics 19 (1991), as
 * scikit-learn's make_friedman1 draws it.
 */
export const friedman: Kind = kind<Drawn & { readonly features?: number; readonly noise?: number }>(
  {
    n: count,
    features: optional(count),
    noise: optional(positive),
    seed: optional(integer),
    train: optional(count),
  },
  ({ n, features = 10, noise = 0, seed = 0 }) => {
    if (features < 5) throw new RangeError(`friedman needs at least 5 features, got ${features}`);
    const random = streamOf(seed);
    const x = Float32Array.from({ length: n * features }, random);
    const y = Float32Array.from({ length: n }, (_, row) => {
      const [a, b, c, d, e] = x.subarray(row * features) as unknown as readonly number[];
      const value = 10 * Math.sin(Math.PI * a! * b!) + 20 * (c! - 0.5) ** 2 + 10 * d! + 5 * e!;
      return value + noise * gaussian(random);
    });
    return { rows: { count: n, x, xShape: [features], y, yShape: [1] } };
  },
);
