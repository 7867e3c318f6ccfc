import fc from 'fast-check';
import { stats } from 'gradient-health';
import { describe, expect, test } from 'vitest';

const indices = Array.from({ length: 510 }, (_, i) => i).flatMap((i) => [i, i + 512]);

describe('binEdges', () => {
  test('partition the line between the largest float32 of either sign', () => {
    const edges = indices.map(stats.binEdges).sort(([a], [b]) => a - b);
    expect(edges[0]?.[0]).toBe(-(2 ** 128));
    expect(edges.at(-1)?.[1]).toBe(2 ** 128);
    edges.forEach(([low, high], i) => {
      expect(low).toBeLessThan(high);
      if (i > 0) expect(low).toBe(edges[i - 1]?.[1]);
    });
  });

  test('are float32 numbers, so that no element lies between an edge and its rounding', () => {
    for (const [low, high] of indices.map(stats.binEdges)) {
      for (const edge of [low, high]) if (Math.abs(edge) < 2 ** 128) expect(Math.fround(edge)).toBe(edge);
    }
  });

  test('hold every element of their bin, the edge nearer to 0 included', () => {
    const finite = fc.float({ noDefaultInfinity: true, noNaN: true }).filter((x) => x !== 0);
    fc.assert(
      fc.property(finite, (x) => {
        const [[index] = [-1]] = stats.histogram([x]).bins;
        const [low, high] = stats.binEdges(index);
        expect(x > 0 ? low <= x && x < high : low < x && x <= high).toBe(true);
      }),
    );
  });

  test('start at 0 for subnormals', () => {
    expect(stats.binEdges(0)).toEqual([0, 2 ** -127]);
    expect(stats.binEdges(1)).toEqual([2 ** -127, 2 ** -126]);
    expect(stats.binEdges(512)).toEqual([-(2 ** -127), 0]);
  });

  test.each([-1, 510, 511, 1022, 1024, 1.5, Number.NaN])(
    'throw for %d, where no finite float32 lies',
    (index) => {
      expect(() => stats.binEdges(index)).toThrow(
        `binEdges: index must be an integer in 0..509 or 512..1021, got ${index}`,
      );
    },
  );
});
