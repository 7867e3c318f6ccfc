import { expect, test } from 'vitest';
import type { Finding } from '../../src/record/finding.js';
import type { StepRecord } from '../../src/record/run.js';
import { createFanOut } from '../../src/watch/fan-out.js';

const record = (step: number): StepRecord => ({
  step,
  wallTimeMs: step,
  loss: null,
  learningRate: null,
  globalNorm: 1,
  variables: {},
});

/** A sink that takes nothing more until it is let, and what it got by then. */
function slow() {
  const taken: number[] = [];
  let release = (): void => undefined;
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const sink = {
    write({ step }: StepRecord): Promise<void> {
      taken.push(step);
      return gate;
    },
  };
  return { sink, taken, release };
}

test('a sink that falls behind by more than 10000 records loses the oldest that wait, and that is told once', async () => {
  const { sink, taken, release } = slow();
  const problems: string[] = [];
  const fanOut = createFanOut([sink], (_, problem) => problems.push(problem));
  // Step 0 is with the sink, 1 to 10000 wait.
  for (let step = 0; step <= 10_000; step++) fanOut.write(record(step));
  expect(problems).toEqual([]);
  for (let step = 10_001; step <= 10_003; step++) fanOut.write(record(step));
  expect(problems).toEqual(['is too slow: more than 10000 records wait for it and the oldest are dropped']);
  release();
  await fanOut.close();
  expect(taken.length).toBe(10_001);
  // The three oldest that waited are missing, and none else.
  expect([taken[0], taken[1], taken.at(-1)]).toEqual([0, 4, 10_003]);
});

test('a sink that falls behind loses no finding, however old', async () => {
  const { sink, taken, release } = slow();
  const found: string[] = [];
  const fanOut = createFanOut([{ ...sink, finding: ({ rule }) => void found.push(rule) }], () => undefined);
  fanOut.write(record(0));
  fanOut.finding({ rule: 'mine' } as Finding);
  for (let step = 1; step <= 10_002; step++) fanOut.write(record(step));
  release();
  await fanOut.close();
  expect(found).toEqual(['mine']);
  expect([taken.length, taken[1]]).toEqual([10_001, 3]);
});

test('a sink that keeps up gets every record while another one is slow', async () => {
  const { sink, release } = slow();
  const quick: number[] = [];
  const fanOut = createFanOut([sink, { write: ({ step }) => void quick.push(step) }], () => undefined);
  for (let step = 0; step < 3; step++) fanOut.write(record(step));
  expect(quick).toEqual([0, 1, 2]);
  release();
  await fanOut.close();
});

test('what a sink returns is waited for where it can be, be it no promise of this realm', async () => {
  const taken: number[] = [];
  const problems: string[] = [];
  const later = (act: () => void): Promise<void> =>
    ({
      // biome-ignore lint/suspicious/noThenProperty: that is what it is about.
      then: (resolve: (value: unknown) => void, reject: (error: unknown) => void) => {
        setTimeout(() => {
          try {
            resolve(act());
          } catch (error) {
            reject(error);
          }
        }, 1);
      },
    }) as unknown as Promise<void>;
  const sink = {
    write: ({ step }: StepRecord) =>
      later(() => {
        if (step === 1) throw new Error('no space');
        taken.push(step);
      }),
  };
  const fanOut = createFanOut([sink], (_, problem) => problems.push(problem));
  for (let step = 0; step < 3; step++) fanOut.write(record(step));
  await fanOut.close();
  expect(taken).toEqual([0, 2]);
  expect(problems).toEqual(['failed: Error: no space']);
});
