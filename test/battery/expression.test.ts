import { describe, expect, test } from 'vitest';
import { parseExpression } from '../../battery/data/expression.js';

const none = () => Number.NaN;

describe('parseExpression', () => {
  test.each<[string, number, number]>([
    ['5*x^2', 3, 45],
    ['x^2 + 3', -2, 7],
    ['-x^2', 3, -9],
    ['2^3^2', 0, 512],
    ['2^-1', 0, 0.5],
    ['1 - 2 - 3', 0, -4],
    ['12 / 3 * 2', 0, 8],
    ['(1 + x) * (1 - x)', 3, -8],
    ['sin(pi * x) + sqrt(4)', 0.5, 3],
    ['exp(log(x)) - -abs(-x)', 7, 14],
    ['1e-3*x + .5', 1000, 1.5],
  ])('reads %s', (source, x, y) => {
    expect(parseExpression(source)(x, none)).toBeCloseTo(y, 10);
  });

  test('draws anew for each N', () => {
    const draws = [2, 5];
    expect(parseExpression('N^3 + 10*N')(0, () => draws.shift()!)).toBe(8 + 50);
  });

  test.each([
    ['x +', 'cannot read "the end" in the expression "x +"'],
    ['2 x', 'cannot read "x"'],
    ['(x', 'cannot read "the end"'],
    ['process(x)', 'cannot read "process"'],
    ['sin x', 'cannot read "x"'],
    ['constructor(x)', 'cannot read "constructor"'],
    ['', 'cannot read "the end"'],
  ])('refuses %s', (source, message) => {
    expect(() => parseExpression(source)).toThrow(message);
  });
});
