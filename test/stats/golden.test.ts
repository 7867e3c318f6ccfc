import { stats } from 'gradient-health';
import { expect, test } from 'vitest';
import golden from '../golden/stats.json' with { type: 'json' };

function decode(base64: string): Float32Array {
  const bytes = Uint8Array.from(Buffer.from(base64, 'base64'));
  const view = new DataView(bytes.buffer);
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(4 * i, true));
}

test.each(golden.rows)('summarize agrees with numpy on $name', ({ float32LittleEndian, stats: expected }) => {
  const { norm, mean, std, absMean, ...exact } = stats.summarize(decode(float32LittleEndian), {
    histogram: true,
  });
  const { norm: norm0, mean: mean0, std: std0, absMean: absMean0, ...exact0 } = expected;
  expect(exact).toEqual(exact0);
  // Two float64 sums of at most 2000 elements in different orders.
  expect(Math.abs(norm - norm0)).toBeLessThanOrEqual(1e-13 * norm0);
  expect(Math.abs(absMean - absMean0)).toBeLessThanOrEqual(1e-13 * absMean0);
  expect(Math.abs(mean - mean0)).toBeLessThanOrEqual(1e-13 * absMean0);
  // The variance is a difference of squares, which leaves it the rounding of the larger.
  expect(Math.abs(std ** 2 - std0 ** 2)).toBeLessThanOrEqual(1e-13 * (mean0 ** 2 + std0 ** 2));
});
