import { count, either, integer, list, optional, positive } from '../fields.js';
import { gaussian, type Random, streamOf } from '../random.js';
import { type Drawn, type Kind, kind, labelledPoints } from './rows.js';

interface NoisyPoints extends Drawn {
  readonly noise?: number;
}

const drawn = { n: count, seed: optional(integer), train: optional(count) };
const noisy = { ...drawn, noise: optional(positive) };

/** `n` values from 0 to `end`, evenly spaced, the end left out. */
const evenly = (n: number, end: number): number[] => Array.from({ length: n }, (_, i) => (end * i) / n);

/** Both coordinates moved by noise of this standard deviation. */
const blur = (noise: number, random: Random) => (point: readonly number[]) =>
  point.map((value) => value + noise * gaussian(random));

/** Two rings around the origin, of radius 1 (class 0) and `factor` (class 1), as scikit-learn's make_circles draws them. */
export const circles: Kind = kind<NoisyPoints & { readonly factor?: number }>(
  { ...noisy, factor: optional(positive) },
  ({ n, seed = 0, noise = 0, factor = 0.8 }) => {
    const random = streamOf(seed);
    const outer = Math.floor(n / 2);
    const ring = (size: number, radius: number) =>
      evenly(size, 2 * Math.PI).map((angle) => [radius * Math.cos(angle), radius * Math.sin(angle)]);
    const points = [...ring(outer, 1), ...ring(n - outer, factor)].map(blur(noise, random));
    return { rows: labelledPoints(points, classesOf([outer, n - outer]), random) };
  },
);

/** Two half moons that reach into each other, as scikit-learn's make_moons draws them. */
export const moons: Kind = kind<NoisyPoints>(noisy, ({ n, seed = 0, noise = 0 }) => {
  const random = streamOf(seed);
  const upper = Math.floor(n / 2);
  // Both ends belong to a moon.
  const angles = (size: number) => evenly(size, (Math.PI * size) / Math.max(1, size - 1));
  const points = [
    ...angles(upper).map((angle) => [Math.cos(angle), Math.sin(angle)]),
    ...angles(n - upper).map((angle) => [1 - Math.cos(angle), 0.5 - Math.sin(angle)]),
  ];
  return { rows: labelledPoints(points.map(blur(noise, random)), classesOf([upper, n - upper]), random) };
});

/**
 * A normal cloud around each centre, each as large as the next: `centers` lists the points, or counts points drawn from
 * [-10, 10] in each of the `features` dimensions.
 */
export const blobs: Kind = kind<
  Drawn & { readonly centers?: number | number[][]; readonly features?: number; readonly std?: number }
>(
  { ...drawn, centers: optional(either(count, list)), features: optional(count), std: optional(positive) },
  ({ n, seed = 0, centers = 3, features = 2, std = 1 }) => {
    const random = streamOf(seed);
    const drawCenter = () => Array.from({ length: features }, () => 20 * random() - 10);
    const points = typeof centers === 'number' ? Array.from({ length: centers }, drawCenter) : centers;
    const sizes = points.map((_, i) => Math.floor((n + points.length - 1 - i) / points.length));
    const labels = classesOf(sizes);
    const rows = labels.map((label) => blur(std, random)(points[label] ?? []));
    return { rows: labelledPoints(rows, labels, random) };
  },
);

/** Arms that wind out from the origin to radius 1 in `turns` turns. */
export const spirals: Kind = kind<NoisyPoints & { readonly arms?: number; readonly turns?: number }>(
  { ...noisy, arms: optional(count), turns: optional(positive) },
  ({ n, seed = 0, noise = 0, arms = 2, turns = 1.75 }) => {
    const random = streamOf(seed);
    const labels = Array.from({ length: n }, (_, i) => i % arms);
    const points = labels.map((arm, i) => {
      const radius = Math.floor(i / arms) / Math.ceil(n / arms);
      const angle = 2 * Math.PI * (turns * radius + arm / arms);
      return [radius * Math.sin(angle), radius * Math.cos(angle)];
    });
    return { rows: labelledPoints(points.map(blur(noise, random)), labels, random) };
  },
);

/** The corners of the unit square in turn; the class is the exclusive or of the coordinates. */
export const xor: Kind = kind<NoisyPoints>(noisy, ({ n, seed = 0, noise = 0 }) => {
  const random = streamOf(seed);
  const corners = Array.from({ length: n }, (_, i) => [(i >> 1) & 1, i & 1] as const);
  const labels = corners.map(([a, b]) => a ^ b);
  return { rows: labelledPoints(corners.map(blur(noise, random)), labels, random) };
});

/** The class of each row, when the first `sizes[0]` rows are of class 0, and so on. */
function classesOf(sizes: readonly number[]): number[] {
  return sizes.flatMap((size, label) => Array.from({ length: size }, () => label));
}
