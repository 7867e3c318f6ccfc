import { abs, memory, mul, randomNormal, type Tensor, tensor } from '@tensorflow/tfjs-core';
import {
  type LayersModel,
  layers,
  sequential,
  initializers as tfjsInitializers,
} from '@tensorflow/tfjs-layers';
import { initializers, rescaleInitialWeights, stats } from 'gradient-health';
import { describe, expect, test } from 'vitest';

const factor = 1.1368472343385565; // 1 / sqrt(0.7737413035499232)

const dense = (kernelInitializer?: Parameters<typeof layers.dense>[0]['kernelInitializer']): LayersModel =>
  sequential({
    layers: [
      layers.dense({
        units: 100,
        inputShape: [200],
        name: 'hidden',
        ...(kernelInitializer && { kernelInitializer }),
      }),
    ],
  });

const valuesOf = (model: LayersModel): number[][] =>
  model.getWeights().map((weight) => [...weight.dataSync()]);

describe('rescaleInitialWeights', () => {
  test.each([
    ['heNormal', 2 / 200],
    ['glorotNormal', 2 / 300],
    ['leCunNormal', 1 / 200],
    [undefined, 2 / 300],
  ] as const)('gives %s of tfjs the promised variance %f', (initializer, variance) => {
    const model = dense(initializer);
    const before = valuesOf(model);
    const [only, ...others] = rescaleInitialWeights(model);
    expect(others).toEqual([]);
    expect(only!.weight).toBe('hidden/kernel');
    expect(only!.stdAfter / only!.stdBefore).toBeCloseTo(factor, 12);
    const after = valuesOf(model);
    after[0]!.forEach((value, index) => {
      // One rounding to float32.
      expect(Math.abs(value - factor * before[0]![index]!)).toBeLessThan(1e-7);
    });
    expect(after[1]).toEqual(before[1]);
    // Five deviations of the mean square of 20,000 draws: 5 sqrt(1.3655 / 20000) = 0.041.
    const { norm, size } = stats.summarize(after[0]!);
    expect(Math.abs(norm ** 2 / size / variance - 1)).toBeLessThan(0.041);
    expect(only!.stdAfter).toBeCloseTo(norm / Math.sqrt(size), 6);
  });

  test('gives a scale of 1 over the outputs its promised variance', () => {
    const model = dense(
      tfjsInitializers.varianceScaling({ scale: 1, mode: 'fanOut', distribution: 'normal' }),
    );
    const [only] = rescaleInitialWeights(model);
    expect(Math.abs(only!.stdAfter ** 2 / (1 / 100) - 1)).toBeLessThan(0.041);
  });

  test('finds kernels of every layer, nested and wrapped ones too', () => {
    const inner = sequential({
      name: 'inner',
      layers: [layers.conv2d({ filters: 16, kernelSize: 3, inputShape: [8, 8, 4], name: 'conv' })],
    });
    const model = sequential({ layers: [inner] });
    model.add(layers.depthwiseConv2d({ kernelSize: 3, depthwiseInitializer: 'heNormal', name: 'depthwise' }));
    model.add(
      layers.separableConv2d({
        filters: 8,
        kernelSize: 3,
        depthwiseInitializer: 'heNormal',
        name: 'separable',
      }),
    );
    model.add(layers.reshape({ targetShape: [2, 16] }));
    model.add(layers.timeDistributed({ layer: layers.dense({ units: 16, name: 'each' }), name: 'time' }));
    const lstm = layers.lstm({ units: 8, recurrentInitializer: 'heNormal', name: 'memory' });
    model.add(layers.bidirectional({ layer: lstm, name: 'both' }));
    expect(rescaleInitialWeights(model).map(({ weight }) => weight)).toEqual([
      'inner/conv/kernel',
      'depthwise/depthwise_kernel',
      'separable/depthwise_kernel',
      'separable/pointwise_kernel',
      'time/each/kernel',
      'both/forward_memory/kernel',
      'both/forward_memory/recurrent_kernel',
      'both/backward_memory/kernel',
      'both/backward_memory/recurrent_kernel',
    ]);
  });

  test.each([
    ['the uniform ones of tfjs', () => dense('heUniform')],
    ['zeros', () => dense('zeros')],
    [
      'those of a class that only has such options',
      () =>
        dense(
          Object.assign(tfjsInitializers.zeros(), {
            getClassName: () => 'Other',
            getConfig: () => ({ scale: 1, mode: 'fanIn', distribution: 'normal' }),
          }),
        ),
    ],
    ['those of this library', () => dense(initializers.heNormal())],
    [
      'a scale of its own',
      () => dense(tfjsInitializers.varianceScaling({ scale: 2.585, mode: 'fanIn', distribution: 'normal' })),
    ],
  ])('leaves %s alone', (_, build) => {
    const model = build();
    const before = valuesOf(model);
    expect(rescaleInitialWeights(model)).toEqual([]);
    expect(valuesOf(model)).toEqual(before);
  });

  test('leaves frozen layers alone, trained or not', () => {
    const model = dense();
    model.layers[0]!.trainable = false;
    model.setWeights(model.getWeights().map((weight) => mul(weight, 3)));
    expect(rescaleInitialWeights(model)).toEqual([]);
  });

  /** The weights of a model of two layers, with the kernel of the second one replaced. */
  const withSecond = (model: LayersModel, kernel: (present: Tensor) => Tensor): Promise<void> => {
    const weights = model.getWeights();
    model.setWeights(weights.map((weight, index) => (index === 2 ? kernel(weight) : weight)));
    return Promise.resolve();
  };

  /** A kernel with other values from the 8th on; the cut is 2 sqrt(2 / (200 + 100)) = 0.1633. */
  const overwrite = (kernel: Tensor, ...replacing: number[]): Tensor => {
    const values = kernel.dataSync().slice();
    values.set(replacing, 7);
    return tensor(values, kernel.shape);
  };

  const twoLayers = (): LayersModel =>
    sequential({
      layers: [
        layers.dense({ units: 200, inputShape: [150], name: 'first' }),
        layers.dense({ units: 100, name: 'second' }),
      ],
    });

  test.each<[string, (model: LayersModel) => Promise<unknown>]>([
    // Each of the first three breaks one of the signs alone: variance, mean and cut.
    ['halved', (model) => withSecond(model, (kernel) => mul(kernel, 0.5))],
    ['made positive', (model) => withSecond(model, (kernel) => abs(kernel))],
    ['changed in a single element', (model) => withSecond(model, (kernel) => overwrite(kernel, 0.164))],
    [
      'changed in a single negative element',
      (model) => withSecond(model, (kernel) => overwrite(kernel, -0.164)),
    ],
    ['made NaN in one', (model) => withSecond(model, (kernel) => overwrite(kernel, Number.NaN))],
    ['made infinite in one', (model) => withSecond(model, (kernel) => overwrite(kernel, Infinity))],
    ['made NaN', (model) => withSecond(model, (kernel) => mul(kernel, Number.NaN))],
    [
      'trained for one epoch',
      (model) => {
        model.layers[0]!.trainable = false;
        model.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
        const x = randomNormal([64, 150], 0, 1, 'float32', 1);
        const y = randomNormal([64, 100], 0, 1, 'float32', 2);
        return model.fit(x, y, { epochs: 1, batchSize: 8, verbose: 0 }).then(() => {
          model.layers[0]!.trainable = true;
        });
      },
    ],
  ])('throws for weights that were %s, and changes nothing', async (_, change) => {
    const model = twoLayers();
    await change(model);
    const before = valuesOf(model);
    expect(() => rescaleInitialWeights(model)).toThrow(RangeError);
    expect(() => rescaleInitialWeights(model)).toThrow(
      /^rescaleInitialWeights: expected second\/kernel as tfjs/,
    );
    expect(valuesOf(model)).toEqual(before);
  });

  test('throws for a NaN beside an infinite value', async () => {
    const model = twoLayers();
    await withSecond(model, (kernel) => overwrite(kernel, Number.NaN, Infinity));
    expect(() => rescaleInitialWeights(model)).toThrow(/expected second\/kernel/);
  });

  test.each([0.2, -0.2])('tells how large the largest value is, of either sign: %d', async (value) => {
    const model = twoLayers();
    await withSecond(model, (kernel) => overwrite(kernel, value));
    expect(() => rescaleInitialWeights(model)).toThrow(/nothing beyond 0\.163, got 0\.7\d\d and 0\.200;/);
  });

  test.each([1, -1])('takes a value at the cut, rounded up, of either sign: %d', async (sign) => {
    const model = twoLayers();
    const cut = 2 * Math.sqrt(2 / 300);
    await withSecond(model, (kernel) => overwrite(kernel, sign * cut * (1 + 5e-7)));
    expect(rescaleInitialWeights(model).length).toBe(2);
  });

  test('takes no other values for models', () => {
    expect(() => rescaleInitialWeights({} as LayersModel)).toThrow(
      new TypeError('rescaleInitialWeights: model must be a LayersModel of tfjs, got object'),
    );
  });

  test('throws the second time', () => {
    const model = dense();
    rescaleInitialWeights(model);
    expect(() => rescaleInitialWeights(model)).toThrow(
      /^rescaleInitialWeights: expected hidden\/kernel as tfjs initialised it, 0\.774 of the promised variance .* once$/,
    );
  });

  test('takes any freshly initialised model for one, whatever its sizes', () => {
    for (const units of [1, 2, 3, 5, 8, 13, 21, 34, 55]) {
      const model = sequential({
        layers: [
          layers.dense({ units, inputShape: [units], kernelInitializer: 'heNormal' }),
          layers.dense({ units: 1 }),
        ],
      });
      expect(rescaleInitialWeights(model).length).toBe(2);
    }
  });

  test('leaves no tensor', () => {
    const model = dense();
    const before = memory().numTensors;
    rescaleInitialWeights(model);
    expect(memory().numTensors).toBe(before);
  });
});
