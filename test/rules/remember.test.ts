import { expect, test } from 'vitest';
import type { Run } from '../../src/record/run.js';
import { remember } from '../../src/rules/remember.js';
import { chain, history } from './histories.js';

/** Counts how often a run was looked at. */
function counted() {
  let times = 0;
  const ask = remember(() => ++times);
  return { ask, times: () => times };
}
const run = history({ steps: 4 });

test('computes once for a run that has not changed, and for others with the same facts and steps', () => {
  const { ask, times } = counted();

  expect([ask(run), ask(run), ask({ ...run })]).toEqual([1, 1, 1]);
  expect(times()).toBe(1);
});

test('computes for each list of steps, even of equal records', () => {
  const { ask } = counted();

  expect([ask(run), ask({ ...run, steps: [...run.steps] })]).toEqual([1, 2]);
});

const live = (): Run['steps'][number][] => [...run.steps];
const [extra] = history({ steps: 1 }).steps;

test.each<[string, (steps: ReturnType<typeof live>) => void]>([
  ['a record is added', (steps) => steps.push(extra!)],
  ['the oldest gives way to a new one', (steps) => void steps.splice(0, 4, ...steps.slice(1), extra!)],
  ['the oldest is another', (steps) => void steps.splice(0, 1, extra!)],
  ['the newest is another', (steps) => void steps.splice(3, 1, extra!)],
  ['the newest is dropped', (steps) => void steps.pop()],
  ['all are dropped', (steps) => void steps.splice(0)],
])('computes again when steps change in place: %s', (_what, change) => {
  const { ask } = counted();
  const steps = live();
  const growing = { ...run, steps };

  expect(ask(growing)).toBe(1);
  change(steps);
  expect([ask(growing), ask(growing)]).toEqual([2, 2]);
});

test.each<[string, Partial<Run>]>([
  ['model', { model: chain([{ path: 'a' }]) }],
  ['data', { data: { input: run.steps[0]!.variables['dense_1/kernel']!.gradient! } }],
])('computes again for another %s with the same steps', (_what, change) => {
  const { ask } = counted();
  const other = { ...run, ...change };

  expect([ask(run), ask(other), ask(other), ask(run)]).toEqual([1, 2, 2, 3]);
});
