import * as tf from '@tensorflow/tfjs-core';
import { clipByGlobalNorm, watch } from 'gradient-health';
import { expect, test } from 'vitest';

const refused = (options: unknown) => () => watch(tf.train.sgd(1), options as Parameters<typeof watch>[1]);

test.each([
  [null, 'options must be an object, got null'],
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

test('watch knows two ways to stop', () => {
  expect(refused({ stopOn: 'warning' })).toThrow(
    new RangeError("watch: stopOn must be 'error' or 'never', got warning"),
  );
});
