import { layers, sequential } from '@tensorflow/tfjs-layers';
import { layers as fused, initializers, stats } from 'gradient-health';
import { describe, expect, test } from 'vitest';
import { ksPValue } from './kolmogorov-smirnov.js';

const { chrono, fixup, forgetBias } = initializers;

const fill = (initializer: initializers.Initializer, shape: number[]): Float32Array =>
  initializer.apply(shape).dataSync<'float32'>();

describe('chrono', () => {
  const units = 5000;
  const uniform = Array.from({ length: 513 }, (_, index) => index / 512);

  test('spreads the times of an LSTM uniformly: forget gates remember, input gates mirror them', () => {
    const bias = fill(chrono({ maxSteps: 100, seed: 1 }), [4 * units]);
    const [input, forget, cell, output] = [0, 1, 2, 3].map((gate) =>
      bias.slice(gate * units, (gate + 1) * units),
    );
    expect(input).toEqual(forget!.map((value) => -value));
    expect(cell!.some(Boolean) || output!.some(Boolean)).toBe(false);
    // 1 + e^b is uniform in [2, 100).
    const shares = Array.from(forget!, (value) => (1 + Math.exp(value) - 2) / 98);
    expect(ksPValue(shares, uniform, 1e9)).toBeGreaterThan(1e-3);
  });

  test("puts a GRU's times on its update gate, the first of three", () => {
    const bias = fill(chrono({ maxSteps: 50, minSteps: 10, cell: 'gru', seed: 1 }), [3 * units]);
    const shares = Array.from(bias.slice(0, units), (value) => (1 + Math.exp(value) - 10) / 40);
    expect(ksPValue(shares, uniform, 1e9)).toBeGreaterThan(1e-3);
    expect(bias.slice(units).some(Boolean)).toBe(false);
  });

  test('fits the two biases of a GRU that resets after the product: the memory is in that of the input', () => {
    const [one, two] = [[3 * 4], [2, 3 * 4]].map((shape) =>
      fill(chrono({ maxSteps: 50, cell: 'gru', seed: 1 }), shape),
    );
    expect([...two!]).toEqual([...one!, ...new Array<number>(12).fill(0)]);
    const layer = fused.gru({
      units: 4,
      inputShape: [5, 2],
      biasInitializer: chrono({ maxSteps: 50, cell: 'gru' }),
    });
    layer.build([null, 5, 2]);
    expect(layer.getWeights()[2]!.shape).toEqual([2, 12]);
  });

  test('lets a state decay by 1/e in its time', () => {
    // A gate of sigmoid(log(T - 1)) = 1 - 1/T, T times: (1 - 1/1000)^1000 = 0.3677.
    const [, forget] = fill(chrono({ minSteps: 999.5, maxSteps: 1000.5, seed: 1 }), [4]);
    expect((1 / (1 + Math.exp(-forget!))) ** 1000).toBeCloseTo(0.3677, 3);
  });

  test('is fixed by its seed, 0 included, and fills no two biases alike', () => {
    const shared = chrono({ maxSteps: 100, seed: 0 });
    expect(fill(shared, [16])).toEqual(fill(chrono({ maxSteps: 100, seed: 0 }), [16]));
    expect(fill(shared, [16])).not.toEqual(fill(chrono({ maxSteps: 100, seed: 0 }), [16]));
    expect(fill(shared, [0]).length).toBe(0);
  });
});

describe('forgetBias', () => {
  test("fills the second quarter, where tfjs's unitForgetBias puts its ones", () => {
    const lstm = (bias: object) =>
      sequential({
        layers: [layers.lstm({ units: 3, inputShape: [4, 2], recurrentInitializer: 'zeros', ...bias })],
      });
    const [, , own] = lstm({ biasInitializer: forgetBias() }).getWeights();
    const [, , theirs] = lstm({ unitForgetBias: true }).getWeights();
    expect(own!.dataSync()).toEqual(theirs!.dataSync());
    expect(Array.from(fill(forgetBias({ value: -1.5 }), [4]))).toEqual([0, -1.5, 0, 0]);
  });
});

describe('fixup', () => {
  test.each([
    // L^(-1 / (2m - 2)): 16^(-1/2) = 1/4, 81^(-1/4) = 1/3; the variance has the square.
    [{ branches: 16 }, 2 / 100 / 16],
    [{ branches: 81, layersPerBranch: 3 }, 2 / 100 / 9],
    [{ branches: 4, mode: 'fanOut', gain: 1 } as const, 1 / 1000 / 4],
  ])('with %j has the variance %f', (options, variance) => {
    const kernel = fill(fixup({ ...options, seed: 1 }), [100, 1000]);
    // Five deviations of the mean square of a normal sample cut at 2: 5 sqrt(1.3655 / 1e5) = 0.0185.
    expect(Math.abs(stats.summarize(kernel).norm ** 2 / kernel.length / variance - 1)).toBeLessThan(0.0185);
    expect(fixup(options).getClassName()).toBe('VarianceScaling');
  });
});
