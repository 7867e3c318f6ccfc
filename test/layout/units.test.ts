import { depthwiseConv2d, gather, matMul, ones, tensor, tensor4d, tidy } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fans } from '../../src/layout/fans.js';
import type { WeightKind } from '../../src/layout/kind.js';
import { unitAxes } from '../../src/layout/units.js';

describe('unitAxes leaves the unit of', () => {
  test.each<[WeightKind, number[], number[]]>([
    ['dense', [7, 5], [0]],
    ['conv', [4, 7, 5], [0, 1]],
    ['conv', [3, 3, 7, 5], [0, 1, 2]],
    ['conv', [3, 3, 3, 7, 5], [0, 1, 2, 3]],
    ['depthwise', [3, 3, 7, 2], [0, 1]],
    ['transposed', [3, 3, 5, 7], [0, 1, 3]],
    ['transposed', [3, 3, 3, 5, 7], [0, 1, 2, 4]],
    ['recurrent', [7, 20], [0]],
    ['recurrent', [3, 3, 7, 20], [0, 1, 2]],
    ['embedding', [1000, 16], [1]],
    ['vector', [5], [0]],
    ['vector', [8, 8, 4], [0, 1, 2]],
    ['vector', [], []],
    ['unknown', [2, 3, 4], [0, 1, 2]],
  ])('%s %j by reducing over %j', (kind, shape, axes) => {
    expect(unitAxes(kind, shape)).toEqual(axes);
  });
});

describe('unitAxes', () => {
  test('reduces over fanIn weights of every unit that sums', () => {
    const kinds = fc.constantFrom<WeightKind>('dense', 'conv', 'depthwise', 'transposed', 'recurrent');
    const shapes = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 3, maxLength: 5 });
    fc.assert(
      fc.property(kinds, shapes, (kind, shape) => {
        const reduced = unitAxes(kind, shape).reduce((product, axis) => product * (shape[axis] ?? 0), 1);
        expect(reduced).toBe(fans(kind, shape).fanIn);
      }),
    );
  });

  test('follows how tfjs sums: down columns, along one row, per channel and multiplier', () => {
    tidy(() => {
      const dense = tensor([1, 2, 3, 40, 5, 60], [3, 2]);
      // Sums down the columns: 1 + 3 + 5 and 2 + 40 + 60.
      expect(matMul(ones([1, 3]), dense).arraySync()).toEqual([[9, 102]]);
      const rows = gather(tensor([1, 2, 30, 40], [2, 2]), [0]);
      expect(rows.arraySync()).toEqual([[1, 2]]);
      // Two channels, multiplier 1, one tap each: every output reads its own (channel, multiplier).
      const depthwise = depthwiseConv2d(
        tensor4d([1, 1], [1, 1, 1, 2]),
        tensor4d([3, 50], [1, 1, 2, 1]),
        1,
        'valid',
      );
      expect(depthwise.arraySync()).toEqual([[[[3, 50]]]]);
    });
  });
});
