import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createColumns } from '../../src/dashboard/columns.js';

const collect = (limit: number, steps: readonly number[]) => {
  let now = 0;
  const columns = createColumns<number[]>({
    limit,
    empty: () => [],
    merge: (into, from) => into.push(...from),
    now: () => now,
  });
  const add = (step: number): void => {
    now++;
    columns.at(step).push(step);
  };
  for (const step of steps) add(step);
  return {
    ...columns,
    add,
    get now() {
      return now;
    },
    all: () => columns.tail(-1),
  };
};

test('each step has its own column until there are too many, then neighbours join', () => {
  expect(collect(4, [0, 1, 2, 3]).all().columns).toEqual([
    [0, [0]],
    [1, [1]],
    [2, [2]],
    [3, [3]],
  ]);
  const five = collect(4, [0, 1, 2, 3, 4]);
  expect(five.all().width).toBe(2);
  expect(five.all().columns).toEqual([
    [0, [0, 1]],
    [2, [2, 3]],
    [4, [4]],
  ]);
});

test('missing steps leave gaps and make no column', () => {
  expect(collect(8, [100, 103, 107]).all().columns).toEqual([
    [100, [100]],
    [103, [103]],
    [107, [107]],
  ]);
});

test('a run that begins anew forgets what came from there on', () => {
  const columns = collect(8, [0, 1, 2, 3]);
  columns.dropFrom(2);
  expect(columns.all().columns.map(([start]) => start)).toEqual([0, 1]);
});

test('whatever the steps: every one is in the column that covers it, and there are never more than the limit', () => {
  const ascending = fc
    .uniqueArray(fc.nat(1e6), { minLength: 1, maxLength: 60 })
    .map((steps) => steps.sort((a, b) => a - b));
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 16 }), ascending, (limit, steps) => {
      const columns = collect(limit, steps);
      const entries = columns.all().columns;
      // By span: a column may begin before the first step, so one more can be touched.
      expect(entries.length).toBeLessThanOrEqual(limit);
      expect(entries.flatMap(([, held]) => held)).toEqual(steps);
      for (const [start, held] of entries) {
        for (const step of held)
          expect(Math.floor(step / columns.all().width) * columns.all().width).toBe(start);
      }
    }),
  );
});

test('the tail since a time is what was touched after it, and everything once columns joined', () => {
  const columns = collect(4, [0, 1, 2]);
  const seen = columns.now;
  expect(columns.tail(seen)).toEqual({ from: 3, width: 1, columns: [] });
  columns.add(3);
  expect(columns.tail(seen)).toEqual({ from: 3, width: 1, columns: [[3, [3]]] });
  columns.add(4);
  expect(columns.tail(seen).from).toBe(0);
  columns.touch();
  expect(columns.tail(columns.now - 1).from).toBe(0);
});

test('a tail begins where columns were dropped, so that whoever follows drops them too', () => {
  const columns = collect(8, [0, 1, 2, 3]);
  columns.dropFrom(2);
  expect(columns.tail(columns.now)).toEqual({ from: 2, width: 1, columns: [] });
});
