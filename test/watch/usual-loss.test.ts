import { expect, test } from 'vitest';
import { createUsualLoss } from '../../src/watch/usual-loss.js';

const judged = (...losses: number[]) => losses.map(createUsualLoss());

test('a loss above ten times the median of the usual ones so far is not usual', () => {
  expect(judged(1, 10, 10.1, 9)).toEqual([true, true, true, true]);
  expect(judged(1, 10.1, 9)).toEqual([true, false, true]);
  expect(judged(1, 2, 4, 20, 20.1, 41)).toEqual([true, true, true, true, true, false]);
});

test('losses that are not usual do not become so by coming often', () => {
  expect(judged(1, ...Array.from({ length: 50 }, () => 11))).toEqual([
    true,
    ...Array.from({ length: 50 }, () => false),
  ]);
});

test('only the last twenty tell what is usual', () => {
  const times = (count: number, loss: number) => Array.from({ length: count }, () => loss);
  // The median of ten hundreds and ten twos is taken for 100.
  expect(judged(...times(20, 100), ...times(10, 2), 21).at(-1)).toBe(true);
  expect(judged(...times(20, 100), ...times(11, 2), 21).at(-1)).toBe(false);
});

test('a loss below a tenth of the first one is usual, however small the others have become', () => {
  expect(judged(10, ...Array.from({ length: 20 }, () => 1e-9), 1, 1.1).slice(-2)).toEqual([true, false]);
});

test('of losses below 0 the size counts', () => {
  expect(judged(-1, -2, -3, 20, 21)).toEqual([true, true, true, true, false]);
});

test('what is no number is never usual', () => {
  expect(judged(1, Number.NaN, Infinity, 1)).toEqual([true, false, false, true]);
  expect(judged(Number.NaN, 1, 11)).toEqual([false, true, false]);
});
