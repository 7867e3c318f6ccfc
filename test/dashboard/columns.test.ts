import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createColumns } from '../../src/dashboard/columns.js';

const collect = (limit: number, steps: readonly number[]) => {
  const columns = createColumns<number[]>(
    limit,
    () => [],
    (into, from) => into.push(...from),
  );
  for (const step of steps) columns.at(step).push(step);
  return columns;
};

test('each step has its own column until there are too many, then neighbours join', () => {
  expect(collect(4, [0, 1, 2, 3]).entries()).toEqual([
    [0, [0]],
    [1, [1]],
    [2, [2]],
    [3, [3]],
  ]);
  const five = collect(4, [0, 1, 2, 3, 4]);
  expect(five.width).toBe(2);
  expect(five.entries()).toEqual([
    [0, [0, 1]],
    [2, [2, 3]],
    [4, [4]],
  ]);
});

test('missing steps leave gaps and make no column', () => {
  expect(collect(8, [100, 103, 107]).entries()).toEqual([
    [100, [100]],
    [103, [103]],
    [107, [107]],
  ]);
});

test('a run that begins anew forgets what came from there on', () => {
  const columns = collect(8, [0, 1, 2, 3]);
  columns.dropFrom(2);
  expect(columns.entries().map(([start]) => start)).toEqual([0, 1]);
});

test('whatever the steps: every one is in the column that covers it, and there are never more than the limit', () => {
  const ascending = fc
    .uniqueArray(fc.nat(1e6), { minLength: 1, maxLength: 60 })
    .map((steps) => steps.sort((a, b) => a - b));
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 16 }), ascending, (limit, steps) => {
      const columns = collect(limit, steps);
      const entries = columns.entries();
      // By span: a column may begin before the first step, so one more can be touched.
      expect(entries.length).toBeLessThanOrEqual(limit);
      expect(entries.flatMap(([, held]) => held)).toEqual(steps);
      for (const [start, held] of entries) {
        for (const step of held) expect(Math.floor(step / columns.width) * columns.width).toBe(start);
      }
    }),
  );
});
