import { readFileSync } from 'node:fs';
import { initializers as tfjsInitializers } from '@tensorflow/tfjs-layers';
import { initializers, stats } from 'gradient-health';
import { describe, expect, test } from 'vitest';
import { draw, factories, family } from './family.js';
import { ksPValue } from './kolmogorov-smirnov.js';

const { heNormal, heUniform } = initializers;

describe('the distribution', () => {
  const golden: {
    shape: number[];
    distributions: { initializer: keyof typeof family; peer: string; quantiles: number[] }[];
  } = JSON.parse(readFileSync(new URL('../golden/init.json', import.meta.url), 'utf8'));
  const peerSize = golden.shape.reduce((product, size) => product * size, 1);

  test.each(golden.distributions)('of $initializer is that of $peer', ({ initializer, quantiles }) => {
    const values = draw(family[initializer]({ seed: 11 }), golden.shape);
    expect(ksPValue(values, quantiles, peerSize)).toBeGreaterThan(1e-3);
  });

  test('of tfjs differs, so that the comparison can tell', () => {
    const { quantiles } = golden.distributions.find(({ initializer }) => initializer === 'heNormal')!;
    const values = draw(tfjsInitializers.heNormal({ seed: 11 }), golden.shape);
    expect(ksPValue(values, quantiles, peerSize)).toBeLessThan(1e-100);
  });

  test('of the uniform ones fills +-sqrt(3 variance) and nothing else', () => {
    const limit = Math.sqrt(6 / 100);
    const { min, max } = stats.summarize(draw(heUniform({ seed: 3 }), [100, 1000]));
    // The largest of 1e5 draws misses the limit by 1e-5 of it on average.
    expect(max).toBeLessThanOrEqual(Math.fround(limit));
    expect(max).toBeGreaterThan(limit * (1 - 1e-3));
    expect(min).toBeGreaterThanOrEqual(Math.fround(-limit));
    expect(min).toBeLessThan(-limit * (1 - 1e-3));
  });

  test('of the normal ones is cut at 2 standard deviations of the uncut one', () => {
    // The cut leaves 0.7737413 of the variance, so the uncut one is wider by the inverse.
    const cut = 2 * Math.sqrt(2 / 100 / 0.7737413035499232);
    const { min, max } = stats.summarize(draw(heNormal({ seed: 3 }), [100, 1000]));
    expect(max).toBeLessThanOrEqual(Math.fround(cut));
    expect(max).toBeGreaterThan(cut * 0.99);
    expect(min).toBeGreaterThanOrEqual(Math.fround(-cut));
    expect(min).toBeLessThan(-cut * 0.99);
  });
});

describe('a seed', () => {
  test.each(factories)('of %s fixes the weights, also 0, negative and huge ones', (_, create) => {
    for (const seed of [0, 1, -1, 2 ** 40 + 1, Number.MAX_SAFE_INTEGER]) {
      expect(draw(create({ seed }), [7, 5])).toEqual(draw(create({ seed }), [7, 5]));
    }
  });

  test.each(factories)('of %s never fills two kernels alike, nor does another seed', (_, create) => {
    const one = create({ seed: 0 });
    const kernels = [
      draw(one, [4, 4]),
      draw(one, [4, 4]),
      draw(one, [4, 4]),
      draw(create({ seed: 1 }), [4, 4]),
    ];
    expect(new Set(kernels.map(String)).size).toBe(4);
  });

  test('left out means chance', () => {
    expect(draw(heNormal(), [4, 4])).not.toEqual(draw(heNormal(), [4, 4]));
  });

  test('gives streams that do not follow each other', () => {
    // The correlation of n = 10^4 independent pairs has standard deviation 0.01.
    const shared = heUniform({ seed: 5 });
    const kernels = [
      draw(shared, [100, 100]),
      draw(shared, [100, 100]),
      draw(heUniform({ seed: 6 }), [100, 100]),
    ];
    const correlation = (a: Float32Array, b: Float32Array): number =>
      a.reduce((sum, value, index) => sum + value * b[index]!, 0) / (a.length * 0.02);
    expect(Math.abs(correlation(kernels[0]!, kernels[1]!))).toBeLessThan(0.05);
    expect(Math.abs(correlation(kernels[0]!, kernels[2]!))).toBeLessThan(0.05);
  });
});
