import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { type BackendFacts, checkGradients, probeBackend } from 'gradient-health';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';

afterEach(() => tf.setBackend('cpu'));

const float32: Partial<BackendFacts> = {
  epsilon: 1e-7,
  floatPrecision: 32,
  smallestNormal: 2 ** -126,
  recommendedEpsilon: 1e-7,
};
/** tfjs divides by the size of the window where padding has no elements: on every backend. */
const everywhere = ['AvgPoolGrad (padding same)', 'AvgPool3DGrad (padding same)'];

describe('probeBackend', () => {
  test('finds 32-bit floats on cpu, and the gradients of tfjs that are wrong there', async () => {
    expect(await probeBackend()).toEqual({
      ...float32,
      name: 'cpu',
      missingKernels: [],
      wrongKernels: ['ResizeBilinearGrad (images not square)', ...everywhere],
    });
  });

  test('finds that convolutions and embeddings do not train on wasm, and what is wrong there', async () => {
    await tf.setBackend('wasm');
    expect(await probeBackend()).toEqual({
      ...float32,
      name: 'wasm',
      missingKernels: [
        'Conv2DBackpropFilter',
        'DepthwiseConv2dNativeBackpropInput',
        'DepthwiseConv2dNativeBackpropFilter',
        'UnsortedSegmentSum',
      ],
      wrongKernels: [
        'Conv3DBackpropInputV2',
        'Dilation2DBackpropInput (padding same)',
        'Dilation2DBackpropFilter (padding same)',
        'MaxPoolGrad (padding same)',
        ...everywhere,
      ],
    });
  });

  test.each(['cpu', 'wasm'])('leaves no tensor behind on %s, whatever fails', async (backend) => {
    await tf.setBackend(backend);
    await probeBackend();
    const { numTensors, numBytes } = tf.memory();
    await probeBackend();
    expect(tf.memory()).toMatchObject({ numTensors, numBytes });
  });
});

describe('what it calls wrong is wrong by central differences too', () => {
  const image = () => tf.randomNormal<tf.Rank.R4>([1, 5, 4, 2], 0, 1, 'float32', 3);
  const weighted = (y: tf.Tensor) =>
    tf.sum(tf.mul(y, tf.randomNormal(y.shape, 0, 1, 'float32', 4))) as tf.Scalar;
  const averaged = (padding: 'same' | 'valid') => (x: tf.Tensor) =>
    weighted(tf.avgPool(x as tf.Tensor4D, 2, 1, padding));
  const largest = (padding: 'same' | 'valid') => (x: tf.Tensor) =>
    weighted(tf.maxPool(x as tf.Tensor4D, 2, 1, padding));

  test.each([
    ['average pooling with padding same on cpu', 'cpu', averaged('same'), false],
    ['average pooling without padding on cpu', 'cpu', averaged('valid'), true],
    ['max pooling with padding same on cpu', 'cpu', largest('same'), true],
    ['max pooling with padding same on wasm', 'wasm', largest('same'), false],
    ['max pooling without padding on wasm', 'wasm', largest('valid'), true],
  ])('%s', async (_, backend, f, right) => {
    await tf.setBackend(backend);
    const { ok } = await checkGradients(f, [image()]);
    expect(ok).toBe(right);
  });
});

describe('on a backend of which little is left', () => {
  const kernelsOf = (names: RegExp) =>
    tf.getKernelsForBackend('cpu').filter(({ kernelName }) => names.test(kernelName));
  const register = (name: string, except: RegExp, own: Partial<Record<string, tf.KernelFunc>> = {}): void => {
    tf.registerBackend(name, () => new MathBackendCPU());
    for (const kernel of kernelsOf(/./)) {
      if (except.test(kernel.kernelName)) continue;
      const kernelFunc = own[kernel.kernelName] ?? kernel.kernelFunc;
      tf.registerKernel({ ...kernel, backendName: name, kernelFunc });
    }
  };
  /** Rounds to 16-bit floats: 11 digits, and multiples of 2^-24 below 2^-14. */
  const toHalf = (x: number): number => {
    const unit = 2 ** (Math.max(Math.floor(Math.log2(Math.abs(x))), -14) - 10);
    return x === 0 ? 0 : Math.round(x / unit) * unit;
  };
  const halfProduct: tf.KernelFunc = ({ inputs, backend }) => {
    const cpu = backend as MathBackendCPU;
    const [a, b] = [inputs['a']!, inputs['b']!];
    const [x, y] = [a, b].map(({ dataId }) => cpu.data.get(dataId).values as Float32Array) as [
      Float32Array,
      Float32Array,
    ];
    return cpu.makeTensorInfo(
      a.shape,
      'float32',
      x.map((value, i) => toHalf(value * y[i % y.length]!)),
    );
  };
  const zeroGradient: tf.KernelFunc = ({ inputs, backend }) => {
    const { shape } = inputs['input']!;
    return (backend as MathBackendCPU).makeTensorInfo(
      shape,
      'float32',
      new Float32Array(tf.util.sizeFromShape(shape)),
    );
  };

  beforeAll(() => {
    register('half', /^$/, { Multiply: halfProduct });
    register('lacking', /^(Conv2DBackpropInput|MaxPool)$/);
    register('lying', /^$/, {
      MaxPoolGrad: zeroGradient,
      Conv2DBackpropFilter: () => {
        throw new Error('out of order');
      },
    });
  });

  test('16-bit floats are told by what they keep, and get an epsilon that holds Adam back', async () => {
    await tf.setBackend('half');
    const { floatPrecision, smallestNormal, recommendedEpsilon } = await probeBackend();
    expect([floatPrecision, smallestNormal]).toEqual([16, 2 ** -14]);
    // sqrt(2^-24 / 0.001)
    expect(recommendedEpsilon).toBeCloseTo(0.00772, 5);
  });

  test('kernels that are not there are named, and nothing is thrown', async () => {
    await tf.setBackend('lacking');
    const { missingKernels } = await probeBackend();
    expect(missingKernels).toEqual(['Conv2DBackpropInput', 'MaxPool']);
  });

  test('kernels that give wrong numbers or throw are named once, without a case', async () => {
    await tf.setBackend('lying');
    const { missingKernels, wrongKernels } = await probeBackend();
    expect(missingKernels).toEqual([]);
    expect(wrongKernels).toEqual([
      'Conv2DBackpropFilter',
      'ResizeBilinearGrad (images not square)',
      'MaxPoolGrad',
      ...everywhere,
    ]);
  });
});
