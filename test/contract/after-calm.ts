import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { expect } from 'vitest';
import type { ClipOptions } from '../../src/index.js';
import { type Step, steps, toTensors, type Values } from '../clip/step.js';
import { calm, calmSize, mapNumbers, norm, type Row, scaled, variables, weights } from './clip-table.js';

/** Like `tf.tidy`, for results that hold no tensors to be kept. */
export function scoped<T>(run: () => T): T {
  tf.engine().startScope();
  try {
    return run();
  } finally {
    tf.engine().endScope();
  }
}

export const context = () => ({ weights: toTensors(weights), variables });

interface Circumstances {
  /** Of the warm-up. */
  readonly scale?: number;
  readonly options?: ClipOptions;
}

/** What can be compared of a step; its state is gone with the scope. */
export type Outcome = Pick<Step, 'gradients' | 'accept'>;

/** Runs a strategy on calm gradients until it knows them, then on the others; returns the steps of the others. */
export function afterCalm(
  row: Row,
  sequence: readonly Values[],
  { scale = 1, options }: Circumstances = {},
): Outcome[] {
  const warmUp = Array.from({ length: row.warmUpSteps ?? 0 }, () => scaled(calm, scale));
  return scoped(() =>
    outcomes(steps(row.make(options), [...warmUp, ...sequence], context()).slice(warmUp.length)),
  );
}

export const outcomes = (results: readonly Step[]): Outcome[] =>
  results.map(({ gradients, accept }) => ({ gradients, accept }));

const magnitude = fc.double({ min: 1e-3, max: 1e3, noNaN: true });
const element = fc.oneof(
  fc.constant(0),
  magnitude,
  magnitude.map((number) => -number),
);
/** Gradients of the calm ones' shapes, of all magnitudes from 1e-12 to 1e9. */
export const arbitrary: fc.Arbitrary<Values> = fc
  .tuple(fc.array(element, { minLength: calmSize, maxLength: calmSize }), fc.integer({ min: -9, max: 6 }))
  .map(([numbers, exponent]) => {
    let next = 0;
    return mapNumbers(calm, () => (numbers[next++] ?? 0) * 10 ** exponent);
  });

/** Calm but for one element. */
export const bad = [NaN, Infinity, -Infinity].map((number): [number, Values] => [
  number,
  { ...calm, 'in/bias': [0.1, number, -0.1] },
]);

/** Float32 rounds norm, factor and product. */
const slack = 1 + 2e-6;

export function expectWithin(row: Row, step: Outcome | undefined, scale: number): void {
  for (const [quantity, bound] of row.bound?.(step?.gradients ?? {}, scale) ?? []) {
    expect(quantity).toBeLessThanOrEqual(bound * slack);
  }
}

/** Relative to the norm of the second. */
export function expectClose(actual: readonly number[], expected: readonly number[], tolerance: number): void {
  const difference = actual.map((value, i) => value - (expected[i] ?? Number.NaN));
  expect(norm(difference)).toBeLessThanOrEqual(tolerance * norm(expected));
}
