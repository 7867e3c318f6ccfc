import { expect, test } from 'vitest';
import { remember } from '../../src/rules/remember.js';
import { chain, history } from './histories.js';

function counted() {
  let computed = 0;
  const compute = remember(() => ++computed);
  return compute;
}
const run = history({ steps: 3 });

test('remember computes once for a run that stays as it is', () => {
  const compute = counted();
  expect([compute(run), compute(run), compute({ ...run })]).toEqual([1, 1, 1]);
});

test('remember computes anew for other facts of the same records', () => {
  const compute = counted();
  const data = { input: (history({ steps: 1 }).steps[0]?.variables['dense_1/kernel']?.gradient ?? null)! };
  const model = chain([{ path: 'a' }]);
  expect([compute(run), compute({ ...run, model }), compute({ ...run, model, data })]).toEqual([1, 2, 3]);
});

test('remember computes anew for a live run whose records grow, or move on within a bounded history', () => {
  const compute = counted();
  const [first, second, third] = history({ steps: 3 }).steps;
  const steps = [first!, second!];
  const live = { ...run, steps };
  const values = [compute(live)];
  steps.push(third!);
  values.push(compute(live));
  steps.splice(2, 1, first!);
  values.push(compute(live));
  steps.splice(0, 1, third!);
  values.push(compute(live), compute(live));

  expect(values).toEqual([1, 2, 3, 4, 4]);
});
