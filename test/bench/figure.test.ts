import { expect, test } from 'vitest';
import { figureText, keepsBounds } from '../../bench/harness/figure.js';

test('a figure is a line with its unit and its bounds', () => {
  const figure = { bench: 'toy', case: 'page', figure: 3.25, unit: 's CPU' };
  expect(figureText(figure)).toBe('page: 3.25 s CPU');
  expect(figureText({ ...figure, atMost: 5 })).toBe('page: 3.25 s CPU (at most 5)');
  expect(figureText({ ...figure, atLeast: 2, atMost: 5 })).toBe('page: 3.25 s CPU (at most 5, at least 2)');
});

test('a figure keeps its bounds or does not', () => {
  const figure = { bench: 'toy', case: 'file', figure: 5, unit: 'MB' };
  expect([{}, { atMost: 5 }, { atLeast: 5 }].map((bounds) => keepsBounds({ ...figure, ...bounds }))).toEqual([
    true,
    true,
    true,
  ]);
  expect([{ atMost: 4.9 }, { atLeast: 5.1 }].map((bounds) => keepsBounds({ ...figure, ...bounds }))).toEqual([
    false,
    false,
  ]);
});
