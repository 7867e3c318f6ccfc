import fc from 'fast-check';
import { expect, test } from 'vitest';
import { shorter } from '../../src/dashboard/layer-cell.js';

test('a number is cut to four digits, whatever its size', () => {
  const cases = [
    [0, 0],
    [0.00012346, 0.0001235],
    [0.0123449, 0.01234],
    [-1.45154, -1.452],
    [9.99996, 10],
    [99.99499, 99.99],
    [999.96, 1000],
    [12_345.6, 12_350],
    [-1.2346e-30, -1.235e-30],
  ] as const;
  for (const [value, cut] of cases) expect(shorter(value)).toBe(cut);
});

test('it is written with four digits at most, and is the one nearest to the value', () => {
  fc.assert(
    fc.property(fc.double({ min: -1e6, max: 1e6, noNaN: true }), (value) => {
      const cut = shorter(value);
      expect(cut).toBe(Number(cut.toPrecision(4)));
      // Half a unit of the fourth digit, which is at most 1/1000 of the number.
      expect(Math.abs(cut - value)).toBeLessThanOrEqual(0.000501 * Math.abs(value));
    }),
  );
});
