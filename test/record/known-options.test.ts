import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import * as api from 'gradient-health';
import { tensorBoardSink } from 'gradient-health/tensorboard';
import { gradientHealthMatchers, gradientProfile } from 'gradient-health/testing';
import { describe, expect, test } from 'vitest';
import { assertKnownOptions } from '../../src/record/known-options.js';

const refused = (options: unknown) => () => assertKnownOptions('it', options as { a?: 1; b?: 2 }, ['a', 'b']);

describe('options', () => {
  test('are taken where all of them are known', () => {
    for (const options of [{}, { a: 1 }, { b: undefined, a: 1 }, Object.create(null)]) {
      expect(refused(options)).not.toThrow();
    }
  });

  test.each([
    [5, 'number 5'],
    ['a', 'string a'],
    [null, 'null'],
    [[], 'an array'],
    [true, 'boolean true'],
  ])('that are %j are refused', (options, got) => {
    expect(refused(options)).toThrow(
      new TypeError(`it: options must be an object such as { a: ... }, got ${got}`),
    );
  });

  test('that none has are refused by name, those of a prototype too', () => {
    expect(refused({ a: 1, c: 3 })).toThrow(new TypeError('it: there is no option c, only a, b'));
    expect(refused({ toString: 1 })).toThrow(new TypeError('it: there is no option toString, only a, b'));
  });
});

const optimizer = () => tf.train.sgd(0.1);
const callers: Record<string, (options: never) => unknown> = {
  watch: (options) => api.watch(optimizer(), options),
  'watch: lossScale': (lossScale) => api.watch(optimizer(), { lossScale }),
  withClipping: (options) => api.withClipping(optimizer(), api.clipByGlobalNorm(1), options),
  treat: (options) => api.treat(model(), options),
  preflight: (options) => api.preflight(model(), tf.ones([1, 1]), tf.ones([1, 1]), options),
  checkGradients: (options) => api.checkGradients((x) => tf.sum(x), [tf.ones([1])], options),
  lsuv: (options) => api.lsuv(model(), tf.ones([1, 1]), options),
  register: (options) => api.register(options),
  readJsonl: (options) => api.readJsonl('', options),
  consoleSink: (options) => api.consoleSink(options),
  tensorBoardSink: (options) => tensorBoardSink(() => {}, options),
  gradientProfile: (options) => gradientProfile(model(), options),
  toLeakNothing: (options) => gradientHealthMatchers.toLeakNothing(() => {}, options),
  clipByGlobalNorm: (options) => api.clipByGlobalNorm(1, options),
  clipByNorm: (options) => api.clipByNorm(1, options),
  clipByBlockRms: (options) => api.clipByBlockRms(1, options),
  clipByValue: (options) => api.clipByValue(1, options),
  centralize: (options) => api.centralize(options),
  adaptiveClip: (options) => api.adaptiveClip(options),
  autoClip: (options) => api.autoClip(options),
  zClip: (options) => api.zClip(options),
  windowClip: (options) => api.windowClip(options),
  spikeClip: (options) => api.spikeClip(options),
  skipNonFinite: (options) => api.skipNonFinite(options),
};

function model() {
  const made = tfl.sequential({ layers: [tfl.layers.dense({ units: 1, inputShape: [1] })] });
  made.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  return made;
}

const thrown = async (call: () => unknown): Promise<unknown> => {
  try {
    await call();
  } catch (error) {
    return error;
  }
  return undefined;
};

test.each(Object.keys(callers))(
  '%s refuses an option that it does not have, and what is no object',
  async (name) => {
    const call = callers[name] as (options: unknown) => unknown;
    const unknown = await thrown(() => call({ misspelt: 1 }));
    expect(unknown).toBeInstanceOf(TypeError);
    expect(String(unknown)).toContain(`${name}: there is no option misspelt, only `);
    const number = await thrown(() => call(0.5));
    expect(number).toBeInstanceOf(TypeError);
    expect(String(number)).toMatch(/must be an object/);
  },
);

/** Those that take no options at all. */
const without = [
  'frozenAfterCompile',
  'frozenDropoutMask',
  'ignoredConstraint',
  'nonFinite',
  'outputLossMismatch',
  'recurrentDropout',
  'symmetricWeights',
  'trainedWhileFrozen',
  'untrainableLayer',
  'zeroForgetBias',
];

test('every rule with options refuses one that it does not have', () => {
  const silent = Object.entries(api.rules).filter(([name, factory]) => {
    try {
      (factory as (options: object) => unknown)({ misspelt: 1 });
      return true;
    } catch (error) {
      expect(String(error)).toContain(`TypeError: ${name}: there is no option misspelt, only `);
      return false;
    }
  });
  expect(silent.map(([name]) => name).sort()).toEqual(without);
});
