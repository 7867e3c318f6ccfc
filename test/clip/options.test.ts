import * as tf from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, test } from 'vitest';
import { adaptiveClip } from '../../src/clip/adaptive.js';
import { autoClip } from '../../src/clip/auto.js';
import { clipByBlockRms } from '../../src/clip/by-block-rms.js';
import { clipByGlobalNorm } from '../../src/clip/by-global-norm.js';
import { clipByNorm } from '../../src/clip/by-norm.js';
import { clipByValue } from '../../src/clip/by-value.js';
import { centralize } from '../../src/clip/centralize.js';
import type { ClipOptions } from '../../src/clip/non-finite.js';
import { skipNonFinite } from '../../src/clip/skip-non-finite.js';
import { spikeClip } from '../../src/clip/spike.js';
import type { ClipStrategy, ClipVariable } from '../../src/clip/strategy.js';
import { windowClip } from '../../src/clip/window.js';
import { zClip } from '../../src/clip/z.js';
import { zeroNonFinite } from '../../src/clip/zero-non-finite.js';
import { backends } from './backends.js';
import { step, toTensors } from './step.js';

interface Row {
  readonly of: string;
  /** With the defaults of the options that are not given. */
  readonly create: (options?: ClipOptions) => ClipStrategy;
  /** As records and reports name it. */
  readonly shown: string;
  /** All options but `nonFinite`, with values that are allowed and not the default. */
  readonly others?: object;
}

const rows: readonly Row[] = [
  {
    of: 'adaptiveClip',
    create: (options) => adaptiveClip(options),
    shown: 'adaptiveClip(0.01)',
    others: { factor: 0.02, minWeightNorm: 1e-4, excludeOutput: false },
  },
  {
    of: 'autoClip',
    create: (options) => autoClip(options),
    shown: 'autoClip(10)',
    others: { percentile: 20, historyLength: 8 },
  },
  {
    of: 'clipByBlockRms',
    create: (options) => clipByBlockRms(2, options),
    shown: 'clipByBlockRms(2)',
  },
  {
    of: 'clipByGlobalNorm',
    create: (options) => clipByGlobalNorm(2, options),
    shown: 'clipByGlobalNorm(2)',
    others: { p: 1 },
  },
  {
    of: 'clipByNorm',
    create: (options) => clipByNorm(2, options),
    shown: 'clipByNorm(2)',
    others: { per: 'layer' },
  },
  { of: 'clipByValue', create: (options) => clipByValue(2, options), shown: 'clipByValue(2)' },
  { of: 'centralize', create: (options) => centralize(options), shown: 'centralize()' },
  {
    of: 'spikeClip',
    create: (options) => spikeClip(options),
    shown: 'spikeClip(5000)',
    others: { threshold: 40, decay: 0.9, warmUpSteps: 1 },
  },
  {
    of: 'windowClip',
    create: (options) => windowClip(options),
    shown: 'windowClip(3)',
    others: { sigmas: 2, windowSize: 8, warmUpSteps: 4, onSpike: 'skip' },
  },
  {
    of: 'zClip',
    create: (options) => zClip(options),
    shown: 'zClip(2.5)',
    others: { zThreshold: 3, decay: 0.9, warmUpSteps: 1, maxNorm: 5 },
  },
];

describe.each(rows)('$of', ({ of, create, shown, others }) => {
  test('is named in records with what it was given', () => {
    expect(create().name).toBe(shown);
  });

  test('takes all of its options, and names itself where it refuses one', () => {
    const options = { ...others, nonFinite: 'zero' } as const;
    expect(() => create(options)).not.toThrow();
    expect(() => create({ ...options, foo: 1 } as ClipOptions)).toThrow(
      new TypeError(`${of}: there is no option foo, only ${Object.keys(options).join(', ')}`),
    );
    expect(() => create({ nonFinite: 'ignore' } as never)).toThrow(
      new RangeError(`${of}: nonFinite must be 'skip', 'zero' or 'propagate', got ignore`),
    );
  });
});

describe.each(backends)('a gradient that is not finite, on %s', (backend) => {
  beforeEach(() => tf.setBackend(backend));
  const broken = { a: [[0.5], [Number.NaN]], b: [0.25] };
  const context = () => ({
    weights: toTensors({ a: [[100], [100]], b: [100] }),
    variables: {
      a: { kind: 'dense', unitAxes: [0], isOutput: false },
      b: { kind: 'vector', unitAxes: [], isOutput: false },
    } satisfies Record<string, ClipVariable>,
  });
  const areFinite = (gradients: Record<string, number[]>): boolean =>
    Object.values(gradients).flat().every(Number.isFinite);

  test.each(rows)('is skipped, zeroed or passed on by $of as it is told', ({ create }) => {
    const skipped = step(create(), broken, context());
    expect([skipped.accept, skipped.gradients]).toEqual([0, { a: [0, 0], b: [0] }]);
    const zeroed = step(create({ nonFinite: 'zero' }), broken, context());
    expect([zeroed.accept, areFinite(zeroed.gradients), zeroed.gradients['b']]).toEqual([1, true, [0.25]]);
    const passed = step(create({ nonFinite: 'propagate' }), broken, context());
    expect([passed.accept, areFinite(passed.gradients)]).toEqual([1, false]);
  });
});

test.each([...rows.map(({ create }) => create()), skipNonFinite(), zeroNonFinite()])(
  '$name has nothing to do where there are no gradients',
  (strategy) => {
    expect(step(strategy, {}).gradients).toEqual({});
  },
);

test('zeroNonFinite and skipNonFinite are named in records', () => {
  expect([zeroNonFinite().name, skipNonFinite().name]).toEqual(['zeroNonFinite()', 'skipNonFinite()']);
  expect(() => skipNonFinite({ foo: 1 } as never)).toThrow(
    'skipNonFinite: there is no option foo, only maxConsecutive',
  );
});
