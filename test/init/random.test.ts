import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { normal, type Random, randomStreams, uniform } from '../../src/init/random.js';

const golden: { streams: { seed: number; stream: number; uint32: number[] }[] } = JSON.parse(
  readFileSync(new URL('../golden/random.json', import.meta.url), 'utf8'),
);

/** Draws these numbers and then no more. */
function scripted(...numbers: number[]): Random {
  const left = numbers.values();
  return () => {
    const { value, done } = left.next();
    if (done) throw new Error('a number more than the test gives');
    return value;
  };
}

/** A number that lands at `x` on the axis from -1 to 1 of the polar method. */
const at = (x: number): number => (x + 1) / 2;

describe('a stream', () => {
  test.each(golden.streams)(
    'of seed $seed, opened as number $stream, is sfc32',
    ({ seed, stream, uint32 }) => {
      const open = randomStreams('test', seed);
      for (let earlier = 0; earlier < stream; earlier++) open();
      const random = open();
      expect(uint32.map(() => random() * 2 ** 32)).toEqual(uint32);
    },
  );
});

describe("Marsaglia's polar method", () => {
  // (0.6, 0.48): s = 0.5904, and both are multiplied by sqrt(-2 ln(s) / s) = 1.3360681.
  const pair = [at(0.6), at(0.48)];
  const [first, second] = [0.8016409, 0.6413127];

  test('makes two draws of two numbers inside the circle, times the standard deviation', () => {
    const [x, y] = normal(2, 3, scripted(...pair));
    expect(x).toBeCloseTo(3 * first, 5);
    expect(y).toBeCloseTo(3 * second, 5);
  });

  test.each([
    ['outside of the circle', [at(0.8), at(-0.7)]],
    ['on the circle, where the logarithm is 0', [at(-1), at(0)]],
    ['at its centre, where there is no direction', [at(0), at(0)]],
  ])('drops numbers %s', (_, dropped) => {
    const values = normal(2, 1, scripted(...dropped, ...pair));
    expect(values[0]).toBeCloseTo(first, 6);
    expect(values[1]).toBeCloseTo(second, 6);
  });

  test('takes numbers on an axis', () => {
    const [x, y] = normal(2, 1, scripted(at(0.5), at(0)));
    // sqrt(-2 ln(0.25) / 0.25) / 2 = 1.6651092.
    expect(x).toBeCloseTo(1.6651092, 6);
    expect(y).toBe(0);
  });

  test('leaves the second draw out where one place is left', () => {
    expect([...normal(1, 1, scripted(...pair))]).toEqual([expect.closeTo(first, 6)]);
  });

  test.each([
    ['the first', 0.7, [...pair, ...pair], [second, second]],
    ['the second', 0.7, [at(0.48), at(0.6), ...pair], [second, second]],
    ['a negative', 0.7, [at(-0.6), at(-0.48), ...pair], [-second, second]],
    ['none', 0.9, pair, [first, second]],
  ])('drops %s of a pair beyond the cut', (_, cut, numbers, kept) => {
    const values = normal(2, 1, scripted(...numbers), cut);
    expect([...values]).toEqual(kept.map((value) => expect.closeTo(value, 6)));
  });

  test('draws no numbers for no weights', () => {
    expect(normal(0, 1, scripted()).length).toBe(0);
  });
});

test('uniform draws take one number each, from -limit on and without limit itself', () => {
  expect([...uniform(3, 2, scripted(0, 0.5, 0.75))]).toEqual([-2, 0, 1]);
});
