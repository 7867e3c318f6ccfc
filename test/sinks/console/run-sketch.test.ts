import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRunSketch } from '../../../src/sinks/console/run-sketch.js';

test('a sketch of a run holds the first value and evenly spaced ones after it, at least half as many as asked for', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 2000 }), (most, count) => {
      const sketch = createRunSketch<number>(most);
      for (let step = 0; step < count; step++) sketch.add(() => step);
      const { values } = sketch;
      const stride = values.length > 1 ? values[1]! : 1;
      expect(values).toEqual(Array.from(values, (_, index) => index * stride));
      expect(values.length).toBeLessThanOrEqual(most);
      expect(values.length).toBeGreaterThanOrEqual(Math.min(count, most / 2));
    }),
  );
});

test('a sketch of a run computes only what it keeps', () => {
  const sketch = createRunSketch<number>(4);
  let computed = 0;
  for (let step = 0; step < 1000; step++) sketch.add(() => computed++);
  expect(computed).toBeLessThan(4 * Math.log2(1000));
});
