import { io, tensor } from '@tensorflow/tfjs-core';
import { type LayersModel, layers, loadLayersModel, models, sequential } from '@tensorflow/tfjs-layers';
import { initializers } from 'gradient-health';
import { describe, expect, test } from 'vitest';
import { fiveSigma, meanSquare } from './family.js';

type Initializer = initializers.Initializer;

const { heNormal, heUniform, lecunUniform, xavierNormal, xavierUniform } = initializers;

describe('a model', () => {
  function build(): LayersModel {
    const shared = heNormal({ seed: 0 });
    return sequential({
      layers: [
        layers.conv2dTranspose({
          inputShape: [4, 4, 48],
          filters: 16,
          kernelSize: 3,
          kernelInitializer: heNormal({ kind: 'transposed', seed: 1 }),
        }),
        layers.depthwiseConv2d({
          kernelSize: 5,
          depthMultiplier: 8,
          depthwiseInitializer: heUniform({ kind: 'depthwise', seed: 2 }),
        }),
        layers.conv2d({ filters: 32, kernelSize: 1, kernelInitializer: shared }),
        layers.flatten(),
        layers.dense({ units: 128, activation: 'relu', kernelInitializer: shared }),
        layers.dense({ units: 128, activation: 'relu', kernelInitializer: shared }),
        layers.reshape({ targetShape: [2, 64] }),
        layers.lstm({
          units: 32,
          kernelInitializer: xavierNormal({ kind: 'recurrent', gates: 4, seed: 3 }),
          recurrentInitializer: xavierUniform({ kind: 'recurrent', gates: 4, seed: 4 }),
        }),
        layers.dense({ units: 1, kernelInitializer: lecunUniform({ seed: 5 }) }),
      ],
    });
  }
  /** Variances of the kernels above, in the order of the model's weights of rank 2 and more. */
  const variances: [variance: number, distribution: 'Normal' | 'Uniform'][] = [
    [2 / (9 * 48), 'Normal'],
    [2 / 25, 'Uniform'],
    [2 / 128, 'Normal'],
    [2 / 128, 'Normal'],
    [2 / 128, 'Normal'],
    [2 / (64 + 32), 'Normal'],
    [2 / (32 + 32), 'Uniform'],
    [1 / 32, 'Uniform'],
  ];

  function expectVariances(model: LayersModel): void {
    const kernels = model.getWeights().filter(({ shape }) => shape.length > 1);
    expect(kernels.length).toBe(variances.length);
    kernels.forEach((kernel, index) => {
      const [variance, distribution] = variances[index]!;
      const share = meanSquare(kernel.dataSync<'float32'>()) / variance;
      expect(Math.abs(share - 1)).toBeLessThan(fiveSigma(distribution, kernel.size));
    });
  }

  test('compiles, trains and predicts', async () => {
    const model = build();
    expectVariances(model);
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    const x = tensor(new Float32Array(2 * 4 * 4 * 48).fill(0.5), [2, 4, 4, 48]);
    const history = await model.fit(x, tensor([0, 1], [2, 1]), { epochs: 2, verbose: 0 });
    expect(history.history['loss']!.every((loss) => Number.isFinite(loss))).toBe(true);
  });

  test('built twice by one program text has the same weights, and no two kernels alike', () => {
    const weights = (model: LayersModel): string[] =>
      model.getWeights().map((weight) => String(weight.dataSync()));
    expect(weights(build())).toEqual(weights(build()));
    // Two dense layers of one shape share the seeded initialiser.
    const kernels = build()
      .getWeights()
      .filter(({ shape }) => String(shape) === '128,128')
      .map((kernel) => String(kernel.dataSync()));
    expect(kernels.length).toBe(2);
    expect(kernels[0]).not.toEqual(kernels[1]);
  });

  test("is saved with tfjs's own classes and loads without this library", async () => {
    const model = build();
    let saved: io.ModelArtifacts | undefined;
    await model.save(
      io.withSaveHandler(async (artifacts) => {
        saved = artifacts;
        return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
      }),
    );
    const classes = JSON.stringify(saved!.modelTopology).match(/"\w+_initializer":\{"class_name":"\w+"/g)!;
    expect(new Set(classes.map((text) => text.match(/(\w+)"$/)![1]))).toEqual(
      new Set(['VarianceScaling', 'Zeros']),
    );
    const loaded = await loadLayersModel(io.fromMemory(saved!));
    const own = (loaded.layers[0] as unknown as { kernelInitializer: Initializer }).kernelInitializer;
    expect(Object.hasOwn(own, 'apply')).toBe(false);
    expect(loaded.getWeights().map((weight) => String(weight.dataSync()))).toEqual(
      model.getWeights().map((weight) => String(weight.dataSync())),
    );
  });

  test('drawn anew by tfjs from its JSON has the same variances', async () => {
    const json = build().toJSON(null, false);
    expectVariances(await models.modelFromJSON({ modelTopology: json as io.ModelJSON['modelTopology'] }));
  });

  test.each([
    // Neither knows gates, but the inputs of a kernel are the same with and without.
    { kernelInitializer: heNormal({ seed: 0 }), units: 32, promised: 2 / 64 },
    // As many inputs as units: known before the shape is.
    {
      kernelInitializer: xavierNormal({ seed: 0, kind: 'recurrent', gates: 4 }),
      units: 64,
      promised: 2 / (64 + 64),
    },
    {
      kernelInitializer: heNormal({ seed: 0, kind: 'recurrent', gates: 4, mode: 'fanOut' }),
      units: 32,
      promised: 2 / 32,
    },
  ])(
    'has a bidirectional layer of the same variance, drawn by tfjs',
    ({ kernelInitializer, units, promised }) => {
      const lstm = layers.lstm({ units, kernelInitializer, recurrentInitializer: 'zeros' });
      const model = sequential({ layers: [layers.bidirectional({ layer: lstm, inputShape: [5, 64] })] });
      const kernel = model.getWeights()[0]!;
      expect(kernel.shape).toEqual([64, 4 * units]);
      const share = meanSquare(kernel.dataSync<'float32'>()) / promised;
      expect(Math.abs(share - 1)).toBeLessThan(fiveSigma('Normal', kernel.size));
    },
  );
});
