import { describe, expect, test } from 'vitest';
import { orthonormal } from '../../src/init/orthonormal.js';
import { randomStreams } from '../../src/init/random.js';

describe('a random orthonormal matrix', () => {
  test.each([
    [6, 2],
    [2, 6],
  ])('of [%i, %i] spreads its vectors over all axes alike', (rows, columns) => {
    const random = randomStreams('test', 1)();
    const draws = 2000;
    const squares = new Float64Array(rows * columns);
    for (let draw = 0; draw < draws; draw++) {
      orthonormal(rows, columns, 1, random).forEach((value, index) => {
        squares[index] = (squares[index] ?? 0) + value ** 2;
      });
    }
    // The square of one of 6 parts of a unit vector is Beta(1/2, 5/2): mean 1/6, variance 5/144.
    const fiveSigma = 5 * Math.sqrt(5 / 144 / draws);
    for (const square of squares) expect(Math.abs(square / draws - 1 / 6)).toBeLessThan(fiveSigma);
  });

  /** Of one element, drawn as the first of this pair of the polar method; both from -1 to 1. */
  const ofOne = (x: number, y: number): number => {
    const left = [(x + 1) / 2, (y + 1) / 2].values();
    return orthonormal(1, 1, 3, () => left.next().value!)[0]!;
  };

  test('of one element is the gain, with the sign of its draw', () => {
    expect(ofOne(0.6, 0.48)).toBe(3);
    expect(ofOne(-0.6, 0.48)).toBe(-3);
  });

  test('of one element is the gain, with either sign, where the draw is 0', () => {
    expect(Math.abs(ofOne(0, 0.6))).toBe(3);
  });
});
