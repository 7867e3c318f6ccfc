import { memory } from '@tensorflow/tfjs-core';
import { layers, sequential, initializers as tfjsInitializers } from '@tensorflow/tfjs-layers';
import fc from 'fast-check';
import { initializers } from 'gradient-health';
import { describe, expect, test } from 'vitest';
import { draw, factories, family, fiveSigma, meanSquare } from './family.js';

type Initializer = initializers.Initializer;
type Options = initializers.VarianceOptions;

const { heNormal, heUniform, lecunUniform, xavierNormal, xavierUniform } = initializers;

describe('the mean square of the weights is the promised variance within 5 sigma:', () => {
  const cases: [name: string, shape: number[], options: Options & { mode?: 'fanOut' }, variance: number][] = [
    ['heNormal', [200, 400], {}, 2 / 200],
    ['heUniform', [200, 400], {}, 2 / 200],
    ['xavierNormal', [200, 400], {}, 2 / 600],
    ['xavierUniform', [200, 400], {}, 2 / 600],
    ['lecunNormal', [200, 400], {}, 1 / 200],
    ['lecunUniform', [200, 400], {}, 1 / 200],
    // 3 x 3 taps of 32 channels in and 64 out: 288 and 576.
    ['heNormal', [3, 3, 32, 64], {}, 2 / 288],
    ['heUniform', [3, 3, 32, 64], { mode: 'fanOut' }, 2 / 576],
    ['xavierNormal', [3, 3, 32, 64], {}, 2 / (288 + 576)],
    ['lecunUniform', [5, 32, 64], {}, 1 / 160],
    ['lecunNormal', [3, 3, 3, 16, 32], {}, 1 / 432],
    ['heNormal', [200, 400], { gain: 1 }, 1 / 200],
    ['xavierUniform', [200, 400], { gain: 5 / 3 }, ((25 / 9) * 2) / 600],
    // Each output of a depthwise kernel sums its 3 x 3 taps of one channel.
    ['heNormal', [3, 3, 256, 2], { kind: 'depthwise' }, 2 / 9],
    ['xavierUniform', [3, 3, 256, 2], { kind: 'depthwise' }, 2 / (9 + 18)],
    ['heNormal', [1, 3, 256, 2], { kind: 'depthwise' }, 2 / 3],
    // One of single taps counts as a convolution's.
    ['heNormal', [1, 64, 128], { kind: 'depthwise' }, 2 / 64],
    // Transposed kernels are [h, w, out, in].
    ['heNormal', [3, 3, 16, 64], { kind: 'transposed' }, 2 / (9 * 64)],
    ['heUniform', [3, 3, 16, 64], { kind: 'transposed', mode: 'fanOut' }, 2 / (9 * 16)],
    // Four gates of 100 units, each a layer of its own; the whole would be 2 / 450.
    ['xavierNormal', [50, 400], { kind: 'recurrent', gates: 4 }, 2 / (50 + 100)],
    ['xavierUniform', [100, 300], { kind: 'recurrent', gates: 3 }, 2 / (100 + 100)],
    ['lecunNormal', [500, 64], { kind: 'embedding' }, 1],
  ];
  test.each(cases)('%s on %j with %j', (name, shape, options, variance) => {
    const values = draw(family[name as keyof typeof family]({ ...options, seed: 7 }), shape);
    expect(Math.abs(meanSquare(values) / variance - 1)).toBeLessThan(fiveSigma(name, values.length));
  });

  test('any of them, on any kernel and seed', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...factories),
        fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 0, maxLength: 2 }),
        fc.integer({ min: 20, max: 60 }),
        fc.integer({ min: 20, max: 60 }),
        fc.maxSafeInteger(),
        ([name, create], taps, fanIn, fanOut, seed) => {
          const shape = [...taps, fanIn, fanOut];
          const values = draw(create({ seed }), shape);
          const area = taps.reduce((product, size) => product * size, 1);
          const fan = area * (name.startsWith('xavier') ? (fanIn + fanOut) / 2 : fanIn);
          const variance = (name.startsWith('he') ? 2 : 1) / fan;
          expect(Math.abs(meanSquare(values) / variance - 1)).toBeLessThan(fiveSigma(name, values.length));
        },
      ),
      { seed: 1, numRuns: 60 },
    );
  });
});

describe('the configuration', () => {
  test("is tfjs's, with the scale that its uncorrected cut needs", () => {
    // 2 / 0.7737413 and 1 / 0.7737413.
    expect(heNormal({ seed: 3 }).getConfig()).toEqual({
      scale: expect.closeTo(2.584843, 6),
      mode: 'fanIn',
      distribution: 'normal',
      seed: 3,
    });
    expect(xavierNormal().getConfig()).toEqual({
      scale: expect.closeTo(1.292422, 6),
      mode: 'fanAvg',
      distribution: 'normal',
      seed: null,
    });
    expect(heUniform({ mode: 'fanOut', gain: 1 }).getConfig()).toMatchObject({ scale: 1, mode: 'fanOut' });
    expect(lecunUniform().getClassName()).toBe('VarianceScaling');
  });

  test('names a seed that tfjs does not take for none, and that means the same here', () => {
    const { seed } = heNormal({ seed: 0 }).getConfig();
    expect(seed).toBe(2 ** 32);
    expect(draw(heNormal({ seed: 2 ** 32 }), [4, 4])).toEqual(draw(heNormal({ seed: 0 }), [4, 4]));
    const reread = (): Initializer =>
      tfjsInitializers.varianceScaling({ scale: 1, mode: 'fanIn', seed: 2 ** 32 });
    expect(draw(reread(), [4, 4])).toEqual(draw(reread(), [4, 4]));
  });

  test('swaps the fans of a transposed kernel, whatever its shape', () => {
    const initializer = heUniform({ kind: 'transposed' });
    expect(initializer.getConfig()).toMatchObject({ scale: expect.closeTo(2, 12), mode: 'fanOut' });
    draw(initializer, [3, 3, 16, 64]);
    expect(initializer.getConfig()).toMatchObject({ scale: expect.closeTo(2, 12), mode: 'fanOut' });
  });

  test('swaps their names too, but not the name of their mean', () => {
    const modeOf = (initializer: Initializer): unknown => initializer.getConfig()['mode'];
    expect(modeOf(heNormal({ kind: 'transposed', mode: 'fanIn' }))).toBe('fanOut');
    expect(modeOf(heNormal({ kind: 'transposed', mode: 'fanOut' }))).toBe('fanIn');
    expect(modeOf(xavierNormal({ kind: 'transposed' }))).toBe('fanAvg');
    expect(modeOf(heNormal({ kind: 'conv', mode: 'fanOut' }))).toBe('fanOut');
  });

  test('fits the last kernel where the fans of tfjs cannot', () => {
    const gates = xavierUniform({ kind: 'recurrent', gates: 4 });
    draw(gates, [50, 400]);
    // tfjs divides by (50 + 400) / 2, each gate has (50 + 100) / 2.
    expect(gates.getConfig()).toMatchObject({ scale: expect.closeTo(3, 12), mode: 'fanAvg' });
    const depthwise = lecunUniform({ kind: 'depthwise' });
    draw(depthwise, [3, 3, 64, 2]);
    expect(depthwise.getConfig()).toMatchObject({ scale: expect.closeTo(2, 12), mode: 'fanOut' });
  });
});

describe('filling a kernel', () => {
  test.each(factories)('with %s makes exactly one tensor', (_, create) => {
    const initializer = create({ seed: 1 });
    const before = memory().numTensors;
    const kernel = initializer.apply([3, 3, 4, 8]);
    expect(memory().numTensors - before).toBe(1);
    expect([kernel.dtype, kernel.shape]).toEqual(['float32', [3, 3, 4, 8]]);
    kernel.dispose();
    expect(memory().numTensors).toBe(before);
  });

  test.each(factories)('of size 0 with %s makes an empty one', (_, create) => {
    expect(draw(create(), [0, 5]).length).toBe(0);
    expect(draw(create(), [5, 0]).length).toBe(0);
  });

  test('counts a depthwise kernel of single taps as pointwise, since tfjs fills both of separableConv2d', () => {
    const depthwiseInitializer = heNormal({ kind: 'depthwise', seed: 1 });
    const layer = layers.separableConv2d({
      filters: 128,
      kernelSize: 3,
      inputShape: [8, 8, 64],
      depthwiseInitializer,
    });
    const [depthwise, pointwise] = sequential({ layers: [layer] }).getWeights();
    expect(Math.abs(meanSquare(depthwise!.dataSync<'float32'>()) / (2 / 9) - 1)).toBeLessThan(
      fiveSigma('Normal', depthwise!.size),
    );
    expect(Math.abs(meanSquare(pointwise!.dataSync<'float32'>()) / (2 / 64) - 1)).toBeLessThan(
      fiveSigma('Normal', pointwise!.size),
    );
  });
});
