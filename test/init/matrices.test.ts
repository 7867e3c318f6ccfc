import { readFileSync } from 'node:fs';
import { conv2d, type Rank, randomNormal, reshape, stridedSlice, type Tensor } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import fc from 'fast-check';
import { initializers, stats } from 'gradient-health';
import { describe, expect, test } from 'vitest';
import { ksPValue } from './kolmogorov-smirnov.js';

const { deltaOrthogonal, dirac, identity, orthogonal, perGate, sparse } = initializers;

const fill = (initializer: initializers.Initializer, shape: number[]): Float32Array =>
  initializer.apply(shape).dataSync<'float32'>();

/** Largest distance of the Gram matrix of the shorter side's vectors from the identity times `square`. */
function orthogonalityError(matrix: Float32Array, rows: number, columns: number, square = 1): number {
  const count = Math.min(rows, columns);
  const length = Math.max(rows, columns);
  const at = (vector: number, index: number): number =>
    rows < columns ? matrix[vector * columns + index]! : matrix[index * columns + vector]!;
  let worst = 0;
  for (let a = 0; a < count; a++) {
    for (let b = 0; b <= a; b++) {
      let dot = 0;
      for (let i = 0; i < length; i++) dot += at(a, i) * at(b, i);
      worst = Math.max(worst, Math.abs(dot - (a === b ? square : 0)));
    }
  }
  return worst;
}

describe('orthogonal', () => {
  test('gives orthonormal columns or rows to 1e-6, for any shape, also of size 0', () => {
    const sizes = fc.integer({ min: 0, max: 40 });
    fc.assert(
      fc.property(sizes, sizes, fc.maxSafeInteger(), (rows, columns, seed) => {
        const matrix = fill(orthogonal({ seed }), [rows, columns]);
        expect(matrix.length).toBe(rows * columns);
        expect(orthogonalityError(matrix, rows, columns)).toBeLessThan(1e-6);
      }),
      { seed: 1, numRuns: 60 },
    );
  });

  test.each([
    [128, 512],
    [512, 128],
    [256, 256],
  ])('gives an orthogonal [%i, %i] to 1e-6', (rows, columns) => {
    expect(orthogonalityError(fill(orthogonal({ seed: 2 }), [rows, columns]), rows, columns)).toBeLessThan(
      1e-6,
    );
  });

  test('reads a convolutional kernel as a matrix of all axes but the last by the last', () => {
    const kernel = fill(orthogonal({ seed: 3, gain: 2 }), [3, 3, 4, 8]);
    // Rounding to float32 grows with the square of the gain.
    expect(orthogonalityError(kernel, 36, 8, 4)).toBeLessThan(4e-6);
  });

  test.each<'diagonal' | 'trace'>(['diagonal', 'trace'])('is Haar-distributed: its %s as in JAX', (part) => {
    const golden = readGolden().orthogonal;
    const initializer = orthogonal({ seed: 4 });
    const sample = Array.from({ length: 20_000 }, () => {
      const q = initializer.apply([3, 3]);
      const values = q.dataSync();
      q.dispose();
      return part === 'diagonal' ? values[0]! : values[0]! + values[4]! + values[8]!;
    });
    expect(ksPValue(sample, golden[part], golden.samples)).toBeGreaterThan(1e-3);
  });

  test('is fixed by its seed, 0 included, and fills no two kernels alike', () => {
    const shared = orthogonal({ seed: 0 });
    expect(fill(shared, [4, 4])).toEqual(fill(orthogonal({ seed: 0 }), [4, 4]));
    expect(fill(shared, [4, 4])).not.toEqual(fill(orthogonal({ seed: 0 }), [4, 4]));
  });

  test('runs where that of tfjs throws, and is saved as it', () => {
    // Without the chained methods of the union package, which no module of these tests imports.
    const build = (recurrentInitializer: initializers.Initializer | 'orthogonal') =>
      sequential({ layers: [layers.lstm({ units: 8, inputShape: [4, 2], recurrentInitializer })] });
    expect(() => build('orthogonal')).toThrow('rMat.flatten is not a function');
    const config = JSON.stringify(build(orthogonal({ seed: 5, gain: 2 })).toJSON(null, false));
    expect(config).toContain(
      '"recurrent_initializer":{"class_name":"Orthogonal","config":{"gain":2,"seed":5}}',
    );
  });
});

interface Golden {
  orthogonal: { samples: number; diagonal: number[]; trace: number[] };
  dirac: { shape: number[]; kernel: number[] }[];
  sparse: { shape: [number, number]; sparsity: number; zerosPerColumn: number; std: number }[];
}
function readGolden(): Golden {
  return JSON.parse(readFileSync(new URL('../golden/init.json', import.meta.url), 'utf8'));
}

describe('deltaOrthogonal', () => {
  test.each([
    [[3, 2, 5], 1],
    [[3, 3, 4, 4], 4],
    // Taps 1 and 2 of 4 and 5, counted from 0.
    [[4, 5, 3, 6], 7],
    [[3, 3, 3, 2, 4], 13],
  ])('puts an orthogonal matrix on the central tap of %j and nothing elsewhere', (shape, central) => {
    const [inputs, outputs] = shape.slice(-2) as [number, number];
    const kernel = fill(deltaOrthogonal({ seed: 1 }), shape);
    const taps = kernel.length / (inputs * outputs);
    const tap = (index: number): Float32Array =>
      kernel.slice(index * inputs * outputs, (index + 1) * inputs * outputs);
    const used = Array.from({ length: taps }, (_, index) => index).filter((index) =>
      tap(index).some(Boolean),
    );
    expect(used).toEqual([central]);
    expect(orthogonalityError(tap(central), inputs, outputs)).toBeLessThan(1e-6);
  });

  test.each([3, 4, 5])('keeps the norm of a picture through %i x %i taps', (size) => {
    const picture = randomNormal<Rank.R4>([2, 6, 6, 4], 0, 1, 'float32', 7);
    const kernel = reshape<Rank.R4>(deltaOrthogonal({ seed: 2 }).apply([size, size, 4, 8]), [
      size,
      size,
      4,
      8,
    ]);
    const norm = (x: Tensor): number => stats.summarize(x.dataSync()).norm;
    expect(norm(conv2d(picture, kernel, 1, 'same')) / norm(picture)).toBeCloseTo(1, 5);
  });

  test('of size 0 is empty', () => {
    expect(fill(deltaOrthogonal(), [3, 3, 0, 4]).length).toBe(0);
  });
});

describe('dirac', () => {
  test.each(readGolden().dirac)('fills $shape as torch does', ({ shape, kernel }) => {
    expect(Array.from(fill(dirac(), shape))).toEqual(kernel);
  });

  test.each([1, 2, 3, 4])("passes a picture through %i x %i taps unchanged, padded 'same'", (size) => {
    const picture = randomNormal<Rank.R4>([1, 5, 5, 3], 0, 1, 'float32', 7);
    const kernel = reshape<Rank.R4>(dirac({ gain: 2 }).apply([size, size, 3, 3]), [size, size, 3, 3]);
    const doubled = picture.dataSync().map((value) => 2 * value);
    expect(conv2d(picture, kernel, 1, 'same').dataSync()).toEqual(doubled);
  });

  test('of size 0 is empty', () => {
    expect(fill(dirac(), [3, 3, 4, 0]).length).toBe(0);
  });
});

describe('identity', () => {
  test("is gain times the identity, saved as tfjs's", () => {
    const initializer = identity({ gain: 0.5 });
    expect(Array.from(fill(initializer, [3, 3]))).toEqual([0.5, 0, 0, 0, 0.5, 0, 0, 0, 0.5]);
    expect([initializer.getClassName(), initializer.getConfig()]).toEqual(['Identity', { gain: 0.5 }]);
    expect(fill(identity(), [0, 0]).length).toBe(0);
  });
});

describe('sparse', () => {
  test.each(readGolden().sparse)('leaves out as many of $shape at $sparsity as torch', (row) => {
    const [rows, columns] = row.shape;
    const kernel = fill(sparse({ sparsity: row.sparsity, seed: 1 }), [rows, columns]);
    const zeros = Array.from(
      { length: columns },
      (_, column) =>
        Array.from({ length: rows }, (_, i) => kernel[i * columns + column]).filter((w) => w === 0).length,
    );
    expect(new Set(zeros)).toEqual(new Set([row.zerosPerColumn]));
  });

  test('draws the others from a normal distribution', () => {
    const weights = fill(sparse({ sparsity: 0.5, std: 3, seed: 2 }), [200, 200]).filter((w) => w !== 0);
    expect(weights.length).toBe(20_000);
    // The mean square of n normal draws has relative deviation sqrt(2 / n): 5 of them are 0.05; of the mean, 0.035.
    const { mean, norm } = stats.summarize(weights);
    expect(Math.abs(norm ** 2 / weights.length / 9 - 1)).toBeLessThan(0.05);
    expect(Math.abs(mean / 3)).toBeLessThan(0.036);
    // A normal sample of this size reaches beyond 3 deviations, unlike one cut at 2.
    expect(stats.summarize(weights).max).toBeGreaterThan(9);
  });

  test('chooses every input equally often', () => {
    const kernel = fill(sparse({ sparsity: 0.75, seed: 3 }), [8, 4000]);
    for (let row = 0; row < 8; row++) {
      const kept = kernel.slice(row * 4000, (row + 1) * 4000).filter((w) => w !== 0).length;
      // Binomial(4000, 1/4): mean 1000, deviation sqrt(4000 x 3/16) = 27.4.
      expect(Math.abs(kept - 1000)).toBeLessThan(5 * 27.4);
    }
  });

  test('is fixed by its seed, and fills no two kernels alike', () => {
    const shared = sparse({ sparsity: 0.5, seed: 0 });
    expect(fill(shared, [6, 6])).toEqual(fill(sparse({ sparsity: 0.5, seed: 0 }), [6, 6]));
    expect(fill(shared, [6, 6])).not.toEqual(fill(sparse({ sparsity: 0.5, seed: 0 }), [6, 6]));
  });
});

describe('perGate', () => {
  test.each([
    [3, 5],
    [5, 3],
    [4, 4],
  ])('makes each gate of [%i, 4 x %i] orthogonal on its own', (inputs, units) => {
    const kernel = perGate(orthogonal({ seed: 1 }), { gates: 4 }).apply([inputs, 4 * units]);
    const gates = [0, 1, 2, 3].map((gate) =>
      stridedSlice(kernel, [0, gate * units], [inputs, (gate + 1) * units]).dataSync<'float32'>(),
    );
    for (const gate of gates) expect(orthogonalityError(gate, inputs, units)).toBeLessThan(1e-6);
    expect(new Set(gates.map(String)).size).toBe(4);
  });

  test('takes all axes but the last for those of a gate', () => {
    const shape: number[][] = [];
    const seen = Object.assign(orthogonal(), {
      apply(given: number[]) {
        shape.push(given);
        return orthogonal().apply(given);
      },
    });
    perGate(seen, { gates: 2 }).apply([3, 3, 4, 8]);
    expect(shape).toEqual([
      [3, 3, 4, 4],
      [3, 3, 4, 4],
    ]);
  });

  test('lays gates side by side in the last axis, of a bias too', () => {
    expect(Array.from(fill(perGate(identity(), { gates: 2 }), [2, 4]))).toEqual([1, 0, 1, 0, 0, 1, 0, 1]);
    expect(fill(perGate(orthogonal(), { gates: 4 }), [0, 8]).length).toBe(0);
  });
});
