import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Fans, fans } from '../../src/layout/fans.js';
import type { WeightKind } from '../../src/layout/kind.js';

interface GoldenFans extends Fans {
  readonly kind: WeightKind;
  readonly shape: number[];
  readonly gates?: number;
  readonly peer: string;
}

const golden: { fans: GoldenFans[] } = JSON.parse(
  readFileSync(new URL('../golden/init.json', import.meta.url), 'utf8'),
);

describe('fans', () => {
  test.each(golden.fans)('counts a $kind kernel of $shape as $peer does', (row) => {
    const { kind, shape, gates, fanIn, fanOut } = row;
    expect(fans(kind, shape, gates === undefined ? {} : { gates })).toEqual({ fanIn, fanOut });
  });

  test('sums one term per output of an embedding, which reads one row', () => {
    expect(fans('embedding', [1000, 16])).toEqual({ fanIn: 1, fanOut: 16 });
  });

  test('has one connection per element of a vector, whatever its rank', () => {
    expect(fans('vector', [])).toEqual({ fanIn: 1, fanOut: 1 });
    expect(fans('vector', [8, 8, 4])).toEqual({ fanIn: 1, fanOut: 1 });
    expect(fans('unknown', [5])).toEqual({ fanIn: 1, fanOut: 1 });
  });

  test('counts the taps of a fused convolutional kernel', () => {
    // A ConvLSTM2D with 3 x 3 taps, 2 channels and 4 gates of 5 filters: 9 x 2 in, 9 x 5 out of each gate.
    expect(fans('recurrent', [3, 3, 2, 20], { gates: 4 })).toEqual({ fanIn: 18, fanOut: 45 });
  });

  test('reads an unknown weight as dense or conv', () => {
    expect(fans('unknown', [7, 5])).toEqual(fans('dense', [7, 5]));
    expect(fans('unknown', [3, 7, 5])).toEqual(fans('conv', [3, 7, 5]));
  });

  test('is 0 where an axis is empty, never NaN', () => {
    const kinds = fc.constantFrom<WeightKind>(
      'dense',
      'conv',
      'depthwise',
      'transposed',
      'recurrent',
      'unknown',
    );
    const shapes = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 2, maxLength: 5 });
    fc.assert(
      fc.property(kinds, shapes, (kind, shape) => {
        const { fanIn, fanOut } = fans(kind, shape);
        expect(Number.isInteger(fanIn) && Number.isInteger(fanOut)).toBe(true);
        const connects = shape.every((size) => size > 0);
        if (connects) expect(Math.min(fanIn, fanOut)).toBeGreaterThan(0);
      }),
    );
  });
});
