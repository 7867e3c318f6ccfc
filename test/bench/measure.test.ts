import { describe, expect, test } from 'vitest';
import { type BenchCase, measure } from '../../bench/harness/measure.js';
import { table } from '../../bench/harness/table.js';

/** A case whose variants cost what we say, on a clock of its own, and the order in which they ran. */
function fakeCase(costs: Record<string, (call: number) => number>, pairs: number) {
  let clock = 0;
  const order: string[] = [];
  const calls: Record<string, number> = {};
  const variants = Object.fromEntries(
    Object.entries(costs).map(([name, cost]) => [
      name,
      () => {
        const call = calls[name] ?? 0;
        calls[name] = call + 1;
        order.push(name);
        clock += cost(call);
      },
    ]),
  );
  const bench: BenchCase = { case: 'fake', backend: 'none', variants, baseline: 'base', pairs, warmupMs: 0 };
  return { bench, order, cpuMs: () => clock };
}

describe('measure', () => {
  test('gives each variant as a multiple of the baseline', async () => {
    const { bench, cpuMs } = fakeCase({ base: () => 50, double: () => 100, same: () => 50 }, 5);
    const rows = await measure('toy', bench, { cpuMs });
    expect(rows).toEqual([
      {
        bench: 'toy',
        case: 'fake',
        backend: 'none',
        variant: 'double',
        baseline: 'base',
        ratio: 2,
        low: 2,
        high: 2,
        error: 0,
      },
      {
        bench: 'toy',
        case: 'fake',
        backend: 'none',
        variant: 'same',
        baseline: 'base',
        ratio: 1,
        low: 1,
        high: 1,
        error: 0,
      },
    ]);
  });

  test('takes median, 10th and 90th percentile over the pairs, and how far off the median may be', async () => {
    // After two calls to warm up, every other call is timed, at 50 * (1 + 0/10), ... 50 * (1 + 10/10): ratios 1.0 to 2.0.
    const { bench, cpuMs } = fakeCase({ base: () => 50, slow: (call) => 50 * (1 + (call - 3) / 20) }, 11);
    const [row] = await measure('toy', bench, { cpuMs });
    expect(row).toMatchObject({ ratio: 1.5, low: 1.1, high: 1.9, error: 0.2955 });
  });

  test('repeats short work until a turn is long enough to time, and takes turns until a ratio is', async () => {
    const { bench, order, cpuMs } = fakeCase({ base: () => 0.5, other: () => 0.5 }, 3);
    await measure('toy', bench, { cpuMs });
    // Two calls of each to learn the cost; then turns of one untimed call and 2 ms / 0.5 ms = 4: 50 ms / 2 ms = 25 of the
    // variant in each of three rounds, and one more of the baseline.
    expect(order.length).toBe(2 * 2 + 3 * (25 * 5 + 26 * 5));
  });

  test('is not misled by a machine that is slower for some turns than for others', async () => {
    let calls = 0;
    // Neighbours that take up to half of the machine, for about a hundred calls each time.
    const slowed = (ms: number) => () => ms * (1 + 0.5 * Math.sin(calls++ / 16));
    const { bench, cpuMs } = fakeCase({ base: slowed(2), tenth: slowed(2.2) }, 5);
    const [row] = await measure('toy', bench, { cpuMs });
    expect(row?.low).toBeGreaterThan(1.09);
    expect(row?.high).toBeLessThan(1.11);
  });

  test('warms every variant up for a given time', async () => {
    const { bench, order, cpuMs } = fakeCase({ base: () => 50, other: () => 25 }, 0);
    await measure('toy', { ...bench, warmupMs: 100 }, { cpuMs });
    // Calls double until 100 ms are spent, 1 + 2 of 50 ms, 1 + 2 + 4 of 25 ms, each time after an untimed one.
    expect(order.filter((name) => name === 'base').length).toBe(3 + 2);
    expect(order.filter((name) => name === 'other').length).toBe(7 + 3);
  });

  test('draws the order of every round from the seed, with a sample of the baseline on either side', async () => {
    const roundsOf = async (seed: number): Promise<string[]> => {
      const { bench, order, cpuMs } = fakeCase({ base: () => 50, a: () => 50, b: () => 50 }, 8);
      await measure('toy', bench, { cpuMs, seed });
      // Two calls of each to warm up; then 5 samples to a round, each of an untimed and a timed call.
      return (
        order
          .slice(6)
          .join(' ')
          .match(/(\w+ ?){10}/g)
          ?.map((round) => round.trim()) ?? []
      );
    };
    const rounds = await roundsOf(1);
    expect(rounds).toHaveLength(8);
    expect(rounds).toEqual(await roundsOf(1));
    expect(rounds).not.toEqual(await roundsOf(2));
    expect(new Set(rounds)).toEqual(
      new Set(['base base a a base base b b base base', 'base base b b base base a a base base']),
    );
  });

  test('samples a slow variant in some eight rounds of many', async () => {
    const { bench, order, cpuMs } = fakeCase({ base: () => 50, quick: () => 50, slow: () => 200 }, 60);
    const rows = await measure('toy', { ...bench, slow: ['slow'] }, { cpuMs });
    // Twice to warm up; two calls in every 7th of 60 rounds, and in all.
    expect(order.filter((name) => name === 'slow').length).toBe(2 + 2 * 9);
    expect(order.filter((name) => name === 'quick').length).toBe(2 + 2 * 60);
    expect(rows.map(({ variant, ratio }) => [variant, ratio])).toEqual([
      ['quick', 1],
      ['slow', 4],
    ]);
  });

  test('names a baseline that is not among the variants', async () => {
    const { bench } = fakeCase({ a: () => 1 }, 1);
    await expect(measure('toy', bench)).rejects.toThrow('bench toy: fake has no variant base');
  });
});

test('the table is aligned and carries its unit', () => {
  const row = { bench: 'toy', backend: 'cpu', baseline: 'base', low: 1, high: 12.5 };
  const rows = [
    { ...row, case: 'long name', variant: 'a', ratio: 1.0304, error: 0.02 },
    { ...row, case: 'b', variant: 'watch', ratio: 11 },
  ];
  expect(table(rows)).toBe(
    [
      'case       backend  variant  baseline  CPU time      ±     10 %      90 %',
      'long name  cpu      a        base       1.030 x  0.020  1.000 x  12.500 x',
      'b          cpu      watch    base      11.000 x         1.000 x  12.500 x',
    ].join('\n'),
  );
});
