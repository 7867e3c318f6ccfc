import { grad, type Tensor1D, tensor1d } from '@tensorflow/tfjs-core';
import { initializers, layers } from '@tensorflow/tfjs-layers';
import { theory } from 'gradient-health';
import { describe, expect, test } from 'vitest';
import { golden } from './golden.js';

const profiles = Object.values(theory.activationProfiles);

/** From -60 to 60, where exp does not overflow in its square, without meeting a kink. */
const scan = Array.from({ length: 48_001 }, (_, index) => -60 + index / 400 + 1e-7);

const within = (x: number, [from, to]: theory.Interval): boolean => from <= x && x <= to;

/** A point as near to a place as its kind allows: in the middle of an interval, beside a point, far out. */
function near([from, to]: theory.Interval): number[] {
  const finite = (x: number): number => Math.max(-1e4, Math.min(1e4, x));
  const middle = (finite(from) + finite(to)) / 2;
  return from === to ? [middle, middle - 1e-9, middle + 1e-9] : [middle];
}

describe.each(profiles)('the profile of $name', (profile) => {
  const { name, f, derivative, slopeRange, saturation, deadRegion, kinks } = profile;
  // exp(1e4) overflows, and so would the scan far above 0.
  const points = name === 'exponential' ? scan.filter((x) => x < 20) : scan;
  const slopes = points.map(derivative);

  test('is filed under its name and says what it is good for', () => {
    expect(theory.activationProfile(name)).toBe(profile);
    expect(theory.activationProfiles[name]).toBe(profile);
    expect([profile.formula, profile.whenToChoose, profile.whenNot].every((text) => text.length > 0)).toBe(
      true,
    );
  });

  test('computes what torch computes in float64, and so does its slope', () => {
    const { values, slopes } = golden.activations[name]!;
    golden.grid.forEach((x, index) => {
      // A few roundings of float64, relative to 1 where the function cancels.
      const tolerance = 1e-14 * Math.max(1, Math.abs(values[index]!));
      expect(Math.abs(f(x) - values[index]!)).toBeLessThan(tolerance);
      expect(Math.abs(derivative(x) - slopes[index]!)).toBeLessThan(tolerance);
    });
  });

  test('names the range of the slope, and where its ends are', () => {
    const { min, minAt, max, maxAt } = slopeRange;
    expect(Math.min(...slopes)).toBeGreaterThanOrEqual(min - 1e-9);
    expect(Math.max(...slopes)).toBeLessThanOrEqual(max + 1e-9);
    const nearest = (at: theory.Interval, end: number): number =>
      Math.min(...near(at).map((x) => Math.abs(derivative(x) - end)));
    // A slope that falls as 1 / x^2 is at 1e-8 for x = 1e4; places are given to six decimals.
    for (const at of minAt) expect(nearest(at, min)).toBeLessThan(2e-8);
    for (const at of maxAt) {
      if (max === Infinity) expect(derivative(700)).toBeGreaterThan(1e300);
      else expect(nearest(at, max)).toBeLessThan(2e-8);
    }
  });

  test('names the tails where the slope stays below 0.01', () => {
    const steepest = points.filter((_, index) => Math.abs(slopes[index]!) >= 0.01);
    const { below = -Infinity, above = Infinity } = saturation;
    const step = 1 / 400;
    // Outside the tails the slope is still 0.01 or more within one step of their ends, inside it never is.
    if (below === -Infinity) expect(Math.min(...steepest)).toBeLessThan(-50);
    else expect(Math.abs(Math.min(...steepest) - below)).toBeLessThan(step);
    if (above === Infinity) expect(Math.max(...steepest)).toBeGreaterThan(Math.max(...points) - 10);
    else expect(Math.abs(Math.max(...steepest) - above)).toBeLessThan(step);
    if (kinks.length === 0) {
      for (const end of [below, above].filter(Number.isFinite)) {
        expect(Math.abs(derivative(end))).toBeCloseTo(0.01, 6);
      }
    }
  });

  test('names the intervals where no gradient passes', () => {
    const dead = (x: number): boolean => deadRegion.some((interval) => within(x, interval));
    const wrong = points.filter((x, index) => dead(x) && slopes[index] !== 0);
    expect(wrong).toEqual([]);
    // Elsewhere the slope is 0 at single points only, or beyond what float64 can tell.
    const alive = points.filter((x, index) => !dead(x) && Math.abs(x) < 17 && slopes[index] === 0);
    expect(alive).toEqual([]);
  });

  test('names the kinks: there the slope jumps, and nowhere else', () => {
    const jump = (x: number): number => Math.abs(derivative(x + 1e-7) - derivative(x - 1e-7));
    for (const kink of kinks) expect(jump(kink)).toBeGreaterThan(0.1);
    // A smooth slope changes by its curvature, 3 at most, times the step; kinks lie between the points scanned.
    const jumps = points.filter((x, index) => {
      if (index === 0 || kinks.some((kink) => Math.abs(kink - x) < 2 / 400)) return false;
      const scale = Math.max(1, Math.abs(slopes[index]!));
      return Math.abs(slopes[index]! - slopes[index - 1]!) > (3 / 400) * scale;
    });
    expect(jumps).toEqual([]);
  });

  test('says whether standard normal inputs average 0', () => {
    expect(Math.abs(profile.gain.mean) < 1e-9).toBe(profile.zeroCentred);
  });

  test('computes its gain once', () => {
    expect(profile.gain).toBe(profile.gain);
  });
});

const valuesOf = (layer: layers.Layer, x: readonly number[]): Float32Array =>
  (layer.apply(tensor1d([...x])) as Tensor1D).dataSync<'float32'>();
const slopesOf = (layer: layers.Layer, x: readonly number[]): Float32Array =>
  grad((input) => layer.apply(input) as Tensor1D)(tensor1d([...x])).dataSync<'float32'>();

describe('the spelling of tfjs', () => {
  const layerByCall: Readonly<Record<string, () => layers.Layer>> = {
    'layers.reLU()': () => layers.reLU(),
    'layers.leakyReLU()': () => layers.leakyReLU(),
    'layers.prelu({ alphaInitializer: tf.initializers.constant({ value: 0.25 }) })': () =>
      layers.prelu({ alphaInitializer: initializers.constant({ value: 0.25 }) }),
    'layers.reLU({ maxValue: 6 })': () => layers.reLU({ maxValue: 6 }),
    'layers.elu()': () => layers.elu(),
    'layers.thresholdedReLU()': () => layers.thresholdedReLU(),
  };
  const spelled = profiles.flatMap((profile) => {
    const { activation, layer } = profile.tfjs;
    return [
      ...(activation === undefined
        ? []
        : [
            {
              profile,
              text: activation,
              create: () => layers.activation({ activation: activation as 'relu' }),
            },
          ]),
      ...(layer === undefined ? [] : [{ profile, text: layer, create: layerByCall[layer]! }]),
    ];
  });

  test.each(spelled)('$text computes $profile.name', ({ profile, create }) => {
    const values = valuesOf(create(), golden.grid);
    golden.grid.forEach((x, index) => {
      // float32 and, for gelu, the approximate tf.erf.
      expect(Math.abs(values[index]! - profile.f(x))).toBeLessThan(3e-6);
    });
  });

  // The layer thresholdedReLU has no gradient, and at 6 the string relu6 has another: see below.
  const alike = spelled.filter(({ text }) => text !== 'layers.thresholdedReLU()' && text !== 'relu6');
  test.each(alike)('$text has the slope of $profile.name, at the kinks too', ({ profile, create }) => {
    const points = [...golden.grid, ...profile.kinks];
    const slopes = slopesOf(create(), points);
    points.forEach((x, index) => {
      expect(Math.abs(slopes[index]! - profile.derivative(x))).toBeLessThan(3e-6);
    });
  });

  test('relu6 has another slope at 6 than tf.relu6 and the layer', () => {
    expect([...slopesOf(layers.activation({ activation: 'relu6' }), [-1, 0, 1, 6, 7])]).toEqual([
      0, 0, 1, 0, 0,
    ]);
    expect([-1, 0, 1, 6, 7].map(theory.activationProfile('relu6').derivative)).toEqual([0, 0, 1, 1, 0]);
  });

  test('thresholdedReLU has no gradient', () => {
    expect(() => slopesOf(layers.thresholdedReLU(), [2])).toThrow('gradient function not found for Greater');
  });

  test('covers every string that tfjs takes and is element-wise', () => {
    const strings = profiles.flatMap(({ tfjs }) => tfjs.activation ?? []);
    expect(strings.sort()).toEqual(
      // Not softmax and logSoftmax, which mix the units of a layer.
      'elu gelu gelu_new hardSigmoid linear mish relu relu6 selu sigmoid softplus softsign swish tanh'.split(
        ' ',
      ),
    );
  });
});

describe('what the texts say of float32 on the cpu backend holds:', () => {
  const slopeIn32 = (activation: 'tanh' | 'elu', x: number): number =>
    slopesOf(layers.activation({ activation }), [x])[0]!;

  test('the slope of tanh is exactly 0 from about 9', () => {
    expect(slopeIn32('tanh', 8.9)).not.toBe(0);
    expect(slopeIn32('tanh', 9.1)).toBe(0);
  });

  test('the slope of elu is exactly 0 below about -17', () => {
    expect(slopeIn32('elu', -16)).not.toBe(0);
    expect(slopeIn32('elu', -18)).toBe(0);
  });
});
