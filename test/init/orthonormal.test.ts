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

  test.each([
    ['0.6, 0.48', 'its sign', [0.8, 0.74], 3],
    ['-0.6, 0.48', 'its sign', [0.2, 0.74], -3],
    // The factor Q of 0 may have either sign.
    ['0, 0.6', 'either sign', [0.5, 0.8], expect.toSatisfy((value: number) => Math.abs(value) === 3)],
  ])('of one element, drawn from %s, is the gain with %s', (_, __, numbers, expected) => {
    const left = numbers.values();
    expect(orthonormal(1, 1, 3, () => left.next().value!)[0]).toEqual(expected);
  });
});
