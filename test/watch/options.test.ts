import * as tf from '@tensorflow/tfjs-core';
import { type Monitor, type StepRecord, watch } from 'gradient-health';
import { expect, test } from 'vitest';
import { compiled, data } from './models.js';

const { x, y } = data();
const quiet = { quiet: true } as const;

const run = async (options: Parameters<typeof watch>[1], steps = 20): Promise<Monitor> => {
  const model = compiled();
  const monitor = watch(model, { ...quiet, ...options });
  for (let step = 0; step < steps; step++) await model.trainOnBatch(x, y);
  return monitor;
};
const steps = (records: readonly StepRecord[]) => records.map(({ step }) => step);

test('every and histograms take a number or a function of the step', async () => {
  const monitor = await run({ every: 4, histograms: (step) => step === 8 });
  expect(steps(monitor.records)).toEqual([0, 4, 8, 12, 16]);
  const withHistogram = monitor.records.filter(
    ({ variables }) => variables['first/kernel']?.gradient?.histogram,
  );
  expect(steps(withHistogram)).toEqual([8]);
  const none = await run({ every: () => false });
  expect(none.report().verdict).toContain('20 steps were taken, but the option "every" chose none');
});

test('history keeps the first ten records and the latest', async () => {
  const monitor = await run({ history: 12 });
  expect(steps(monitor.records)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 18, 19]);
  expect(steps((await run({ history: 1 })).records)).toEqual([19]);
});

test('onStep sees each record once, and what it throws becomes a finding', async () => {
  const seen: number[] = [];
  const monitor = await run({
    onStep({ step }) {
      seen.push(step);
      throw new Error('boom');
    },
  });
  expect(seen).toEqual(steps(monitor.records));
  expect(monitor.findings).toMatchObject([
    { rule: 'callback-failed', firstStep: 0, message: expect.stringContaining('boom') },
  ]);
});

test('stopOn error ends fit when an error is found', async () => {
  const model = compiled(tf.train.sgd(1e30));
  const rules = [
    {
      id: 'lost',
      check: ({ steps }: { steps: readonly StepRecord[] }) =>
        steps.length < 2
          ? []
          : [
              {
                rule: 'lost',
                severity: 'error' as const,
                where: 'model',
                firstStep: 1,
                lastStep: 1,
                evidence: {},
                message: '',
                remedies: [],
              },
            ],
    },
  ];
  const monitor = watch(model, { ...quiet, rules, stopOn: 'error' });
  await model.fit(x, y, { epochs: 9, batchSize: 32, verbose: 0 });
  expect(monitor.records.length).toBe(2);
});

test('each finding is printed once, unless quiet', async () => {
  const printed: unknown[] = [];
  const { warn } = console;
  console.warn = (text: unknown) => void printed.push(text);
  const rules = [
    {
      id: 'always',
      check: () => [
        {
          rule: 'always',
          severity: 'info' as const,
          where: 'model',
          firstStep: 0,
          lastStep: 0,
          evidence: {},
          message: 'As ever.',
          remedies: [],
        },
      ],
    },
  ];
  await run({ rules, quiet: false });
  expect(printed).toEqual([expect.stringContaining('As ever.')]);
  await run({ rules, quiet: true });
  expect(printed.length).toBe(1);
  console.warn = warn;
});
