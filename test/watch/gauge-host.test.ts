import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hostGauge } from '../../src/watch/gauge-host.js';

const units = 4;
const row = fc.array(fc.constantFrom(0, -0, 1, -1, Number.NaN), { minLength: units, maxLength: units });

test('a unit is active when any row has it at anything but 0, whichever row that is', () => {
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 12 }), (rows) => {
      const outputs = tf.tensor2d(rows);
      const active = Array.from(hostGauge.activeUnits(outputs, -1)());
      outputs.dispose();
      expect(active).toEqual(
        Array.from({ length: units }, (_, unit) => Number(rows.some((of) => of[unit] !== 0))),
      );
    }),
  );
});
