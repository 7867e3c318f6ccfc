import { fill, memory, moments, randomNormal, setBackend, type Tensor } from '@tensorflow/tfjs-core';
import { input, type LayersModel, layers, model, sequential } from '@tensorflow/tfjs-layers';
import { lsuv } from 'gradient-health';
import { beforeAll, describe, expect, test } from 'vitest';

// Thirty times faster than cpu at these products of matrices.
beforeAll(() => setBackend('wasm'));

const data = (shape: number[]): Tensor => randomNormal(shape, 0, 1, 'float32', 1);

type Activation = 'relu' | 'tanh' | 'sigmoid' | 'linear';

function stack(depth: number, units: number, inputs: number, activation: Activation): LayersModel {
  return sequential({
    layers: Array.from({ length: depth }, (__, index) =>
      layers.dense({
        units,
        activation,
        name: `hidden_${index}`,
        ...(index === 0 && { inputShape: [inputs] }),
      }),
    ),
  });
}

/** Twenty layers of 128 units; the input has 64. */
const deep = (activation: Activation): LayersModel => stack(20, 128, 64, activation);
/** Four layers of 16 units; the input has 8. */
const small = (activation: Activation): LayersModel => stack(4, 16, 8, activation);

/** Variance of what each layer puts out, after its activation. */
function outputVariances(net: LayersModel, x: Tensor): number[] {
  const taps = model({ inputs: net.inputs, outputs: net.layers.flatMap(({ output }) => output) });
  return (taps.predict(x, { batchSize: x.shape[0]! }) as Tensor[]).map(
    (y) => moments(y).variance.dataSync()[0]!,
  );
}

describe('lsuv', () => {
  test.each<Activation>(['relu', 'tanh', 'sigmoid'])(
    'sets 20 layers of %s to a pre-activation variance of 1 within 0.02, with 3 rescalings at most',
    (activation) => {
      const report = lsuv(deep(activation), data([256, 64]), { seed: 1 });
      expect(report.map(({ layer }) => layer)).toEqual(Array.from({ length: 20 }, (__, i) => `hidden_${i}`));
      for (const { variance, iterations, converged } of report) {
        expect(converged).toBe(true);
        expect(iterations).toBeLessThanOrEqual(3);
        expect(Math.abs(variance - 1)).toBeLessThanOrEqual(0.02);
      }
    },
  );

  test('reports what the model then does', () => {
    const net = small('linear');
    const x = data([256, 8]);
    const report = lsuv(net, x, { seed: 1 });
    const measured = outputVariances(net, x);
    report.forEach(({ variance }, index) => {
      expect(measured[index]).toBeCloseTo(variance, 4);
    });
  });

  test('keeps 20 layers of ReLU alive, where the default initialiser lets them vanish', () => {
    const net = deep('relu');
    const x = data([256, 64]);
    // Default: the variance of the signal falls to about 1e-9 of itself.
    expect(outputVariances(net, x).at(-1)).toBeLessThan(1e-5);
    lsuv(net, x, { seed: 1 });
    // Of a standard normal, a ReLU leaves the variance (1 - 1/pi) / 2 = 0.34.
    expect(outputVariances(net, x).at(-1)).toBeGreaterThan(0.1);
  });

  test('sets the variance after the activation where asked', () => {
    const net = small('relu');
    const x = data([256, 8]);
    const report = lsuv(net, x, { measure: 'output', seed: 1 });
    expect(report.every(({ converged }) => converged)).toBe(true);
    for (const variance of outputVariances(net, x)) expect(Math.abs(variance - 1)).toBeLessThanOrEqual(0.021);
  });

  test.each<Activation>(['tanh', 'sigmoid'])(
    'stops at a %s that cannot reach variance 1, with weights that do not saturate it',
    (activation) => {
      const net = small(activation);
      const report = lsuv(net, data([256, 8]), { measure: 'output', seed: 1 });
      for (const { converged, iterations } of report) {
        expect(converged).toBe(false);
        expect(iterations).toBeLessThanOrEqual(3);
      }
      // Chased further, weights would grow without end.
      for (const weight of net.getWeights()) {
        const largest = Math.max(...weight.dataSync().map(Math.abs));
        expect(largest).toBeLessThan(10);
      }
    },
  );

  test('rescales as often as it may, until the variance is near enough', () => {
    const iterationsOf = (options: Parameters<typeof lsuv>[2]): number => {
      const net = sequential({
        layers: [layers.dense({ units: 32, inputShape: [8], activation: 'relu', biasInitializer: 'ones' })],
      });
      return lsuv(net, data([256, 8]), { measure: 'output', seed: 1, ...options })[0]!.iterations;
    };
    // The bias is not scaled, so that one division does not do.
    expect(iterationsOf({ tolerance: 1e-3 })).toBeGreaterThan(2);
    expect(iterationsOf({ tolerance: 1e-3, maxIterations: 2 })).toBe(2);
    expect(iterationsOf({ tolerance: 0.1 })).toBeLessThan(iterationsOf({ tolerance: 1e-3 }));
  });

  test('leaves a layer alone whose variance is near enough', () => {
    const net = sequential({
      layers: [layers.dense({ units: 8, inputShape: [8], kernelInitializer: 'identity' })],
    });
    const [only] = lsuv(net, data([512, 8]), { tolerance: 0.5, orthogonal: false });
    expect(only).toMatchObject({ iterations: 0, converged: true });
    expect(only!.variance).toBeCloseTo(moments(data([512, 8])).variance.dataSync()[0]!, 5);
  });

  test('sets convolutional, transposed, depthwise and separable layers, nested ones too', () => {
    const inner = sequential({
      name: 'inner',
      layers: [
        layers.conv2dTranspose({
          filters: 6,
          kernelSize: 3,
          inputShape: [8, 8, 4],
          name: 'up',
          activation: 'relu',
        }),
        layers.depthwiseConv2d({ kernelSize: 3, name: 'depthwise' }),
      ],
    });
    const x = input({ shape: [8, 8, 3] });
    const convolved = layers.conv2d({ filters: 4, kernelSize: 3, padding: 'same', name: 'conv' }).apply(x);
    const separated = layers
      .separableConv2d({ filters: 5, kernelSize: 3, name: 'separable' })
      .apply(inner.apply(convolved));
    const flat = layers.flatten().apply(separated);
    const y = layers.dense({ units: 2, name: 'head', activation: 'softmax' }).apply(flat);
    const report = lsuv(model({ inputs: x, outputs: y as ReturnType<typeof input> }), data([64, 8, 8, 3]), {
      seed: 1,
    });
    expect(report.map(({ layer }) => layer)).toEqual([
      'conv',
      'inner/up',
      'inner/depthwise',
      'separable',
      'head',
    ]);
    for (const { converged } of report) expect(converged).toBe(true);
  });

  test('fills kernels with orthogonal matrices, or scales what is there', () => {
    const build = (): LayersModel =>
      sequential({
        layers: [layers.dense({ units: 8, inputShape: [8], kernelInitializer: 'ones', useBias: false })],
      });
    const x = data([512, 8]);
    const scaled = build();
    lsuv(scaled, x, { orthogonal: false });
    const kernel = scaled.getWeights()[0]!.dataSync();
    expect(new Set(kernel).size).toBe(1);
    const filled = build();
    lsuv(filled, x, { seed: 0 });
    expect(new Set(filled.getWeights()[0]!.dataSync()).size).toBe(64);
  });

  test('leaves biases, frozen, recurrent and embedding layers as they are', () => {
    const net = sequential({
      layers: [
        layers.embedding({ inputDim: 10, outputDim: 6, inputLength: 5 }),
        layers.simpleRNN({ units: 6, recurrentInitializer: 'zeros' }),
        layers.dense({ units: 6, trainable: false }),
        layers.dense({ units: 4, biasInitializer: 'ones', name: 'head' }),
      ],
    });
    const before = net.getWeights().map((weight) => String(weight.dataSync()));
    const tokens = randomNormal([64, 5], 5, 1, 'int32', 1);
    const report = lsuv(net, tokens, { seed: 1 });
    expect(report.map(({ layer }) => layer)).toEqual(['head']);
    const after = net.getWeights().map((weight) => String(weight.dataSync()));
    const changed = after.flatMap((values, index) =>
      values === before[index] ? [] : [net.weights[index]!.originalName],
    );
    expect(changed.map((name) => name.replace(/^.*\//, ''))).toEqual(['kernel']);
    expect(changed.length).toBe(1);
  });

  test.each([
    ['constant inputs', 0],
    ['NaN', Number.NaN],
  ])('leaves a layer alone that sees %s', (__, value) => {
    const x = fill([32, 8], value);
    const net = small('tanh');
    const [first] = lsuv(net, x, { seed: 1 });
    expect([first!.converged, first!.iterations]).toEqual([false, 0]);
    expect(net.getWeights()[0]!.dataSync().every(Number.isFinite)).toBe(true);
  });

  test('takes its hooks back where the forward pass fails', () => {
    const net = small('relu');
    expect(() => lsuv(net, data([16, 7]))).toThrow();
    expect(net.layers.some((layer) => Object.hasOwn(layer, 'call'))).toBe(false);
  });

  test("keeps another's hook on a layer", () => {
    const net = small('relu');
    const layer = net.layers[3]!;
    const call = layer.call.bind(layer);
    let calls = 0;
    const hook: typeof layer.call = (inputs, kwargs) => {
      calls++;
      return call(inputs, kwargs);
    };
    layer.call = hook;
    lsuv(net, data([16, 8]));
    expect(layer.call).toBe(hook);
    expect(calls).toBeGreaterThan(1);
  });

  test('leaves no tensor and no trace on the layers', () => {
    const net = small('relu');
    const x = data([16, 8]);
    net.predict(x);
    lsuv(net, x);
    const before = memory().numTensors;
    lsuv(net, x);
    expect(memory().numTensors).toBe(before);
    expect(net.layers.some((layer) => Object.hasOwn(layer, 'call'))).toBe(false);
    expect(JSON.stringify(net.toJSON(null, false))).toContain('"activation":"relu"');
  });

  test('gives the same weights for the same seed and data', () => {
    const weights = (): string => {
      const net = small('tanh');
      lsuv(net, data([64, 8]), { seed: 0 });
      return String(net.getWeights().map((weight) => weight.dataSync()));
    };
    expect(weights()).toEqual(weights());
  });

  test('throws for what is no model', () => {
    expect(() => lsuv({} as LayersModel, data([8, 8]))).toThrow(
      new TypeError('lsuv: model must be a LayersModel of tfjs, got object'),
    );
  });

  test.each([
    [{ tolerance: 0 }, 'lsuv: tolerance must be a positive finite number, got 0'],
    [{ maxIterations: 1.5 }, 'lsuv: maxIterations must be a positive integer, got 1.5'],
    [{ maxIterations: 0 }, 'lsuv: maxIterations must be a positive integer, got 0'],
    [{ seed: 0.5 }, 'lsuv: seed must be a safe integer, got 0.5'],
    [{ measure: 'input' as 'output' }, "lsuv: measure must be 'preActivation' or 'output', got input"],
  ])('throws for %j', (options, message) => {
    expect(() => lsuv(small('relu'), data([8, 8]), options)).toThrow(new RangeError(message));
  });
});
