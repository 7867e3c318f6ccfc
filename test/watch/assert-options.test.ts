import * as tf from '@tensorflow/tfjs-core';
import { clipByGlobalNorm, watch } from 'gradient-health';
import { expect, test } from 'vitest';

const refused = (options: unknown) => () => watch(tf.train.sgd(1), options as Parameters<typeof watch>[1]);

test.each([
  [null, 'options must be an object such as { clip: ... }, got null'],
  [{ quiet: 1 }, 'quiet must be true or false, got number'],
  [{ autopsy: 'no' }, 'autopsy must be true or false, got string'],
  [{ rules: [{ check: () => [] }] }, 'rules[0].id must be a string, got undefined'],
  [{ optimizer: 'adam' }, 'optimizer must be an optimizer of tfjs such as tf.train.adam(), got string'],
  [{ onStep: 'print' }, 'onStep must be a function, got string'],
  [{ rules: {} }, 'rules must be an array of rules such as rules.nonFinite(), got object'],
  [{ sinks: [{ write() {} }, null] }, 'sinks[1] must be one of sinks such as consoleSink(), got null'],
  [
    { clip: clipByGlobalNorm },
    'clip must be a ClipStrategy such as clipByGlobalNorm(1), got function; call it',
  ],
])('watch refuses %j with a TypeError that names the option', (options, message) => {
  expect(refused(options)).toThrow(new TypeError(`watch: ${message}`));
});

test.each([
  [{ stopOn: 'error' }, "stopOn: 'error'"],
  [{ autopsy: true }, 'autopsy'],
  [{ optimizer: tf.train.sgd(1) }, 'optimizer'],
])('watch refuses %# of an optimizer, which has no model', (given, said) => {
  expect(refused(given)).toThrow(new TypeError(`watch: ${said} needs a model, got an optimizer alone`));
});

test.each([-1, 0.5, Number.NaN, '3'])('watch refuses %j for the first step', (firstStep) => {
  expect(refused({ firstStep })).toThrow(
    new RangeError(`watch: firstStep must be a whole number from 0, got ${firstStep}`),
  );
});

test('watch knows two ways to stop', () => {
  expect(refused({ stopOn: 'warning' })).toThrow(
    new RangeError("watch: stopOn must be 'error' or 'never', got warning"),
  );
});
