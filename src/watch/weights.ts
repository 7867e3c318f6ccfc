import { engine, type Tensor } from '@tensorflow/tfjs-core';
import type { ChangeSums } from '../kernels/compare.js';
import type { TensorStats } from '../record/run.js';
import { type Gauge, hold, type Reading } from './gauge.js';

type Names = Iterable<{ readonly name: string }>;

/** The present values of the variables so named, held without a copy; the caller disposes them. */
export function holdWeights(names: Names): Map<string, Tensor> {
  const { registeredVariables } = engine();
  const held = new Map<string, Tensor>();
  for (const { name } of names) {
    const variable = registeredVariables[name];
    if (variable) held.set(name, hold(variable));
  }
  return held;
}

/** Compares the present weights so named with held ones; a weight not held before is compared with itself. */
export function compareWeights(
  gauge: Gauge,
  before: ReadonlyMap<string, Tensor>,
  names: Names,
): Map<string, Reading<ChangeSums>> {
  const { registeredVariables } = engine();
  const readings = new Map<string, Reading<ChangeSums>>();
  for (const { name } of names) {
    const variable = registeredVariables[name];
    if (variable) readings.set(name, gauge.change(before.get(name) ?? variable, variable));
  }
  return readings;
}

/** Describes held weights, with their histograms. */
export function measureWeights(
  gauge: Gauge,
  held: ReadonlyMap<string, Tensor>,
): Map<string, Reading<TensorStats>> {
  return new Map([...held].map(([name, weight]) => [name, gauge.stats(weight, true)]));
}
