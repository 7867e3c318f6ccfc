import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-webgl';
import '@tensorflow/tfjs-backend-webgpu';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { toTensors, type Values } from '../clip/step.js';
import { all, calm, norm, type Row, scaled, table, variables, weights } from '../contract/clip-table.js';

/** Calm, violent and sick gradients in turn, after what a strategy needs to know the calm ones. */
const sequenceFor = ({ warmUpSteps = 0 }: Row): Values[] => [
  ...new Array<Values>(warmUpSteps).fill(calm),
  ...[1, 1e4, 1, 1e-4].map((factor) => scaled(calm, factor)),
  ...[NaN, Infinity].map((number) => ({ ...calm, 'in/bias': [0.1, number, -0.1] })),
  ...[1, 1e18, 1].map((factor) => scaled(calm, factor)),
  scaled(calm, 0),
];

/** What a strategy makes of them: all elements and `accept` of each step, read without blocking, as GPUs demand. */
async function run(backend: string, row: Row): Promise<number[][]> {
  await tf.setBackend(backend);
  const strategy = row.make();
  const given = toTensors(weights);
  let state = strategy.initialState?.(given) ?? {};
  const steps: number[][] = [];
  for (const [step, values] of sequenceFor(row).entries()) {
    const result = strategy.apply(toTensors(values), { weights: given, state, step, variables });
    state = result.state ?? state;
    const tensors = [...Object.values(result.gradients), ...(result.accept ? [result.accept] : [])];
    const read = await Promise.all(tensors.map((tensor) => tensor.data()));
    steps.push(read.flatMap((elements) => [...elements]));
  }
  return steps;
}

const titled = table.map((row): Row & { title: string } => ({
  ...row,
  title: row.as ? `${row.of} (${row.as})` : row.of,
}));

// Small tensors would be left to the cpu.
tf.env().set('WEBGL_CPU_FORWARD', false);
tf.env().set('WEBGPU_CPU_FORWARD', false);

describe.each(['webgl', 'webgpu'])('on %s', (backend) => {
  test.each(titled)('$title computes what it computes on cpu', async (row) => {
    const expected = await run('cpu', row);
    const actual = await run(backend, row);
    for (const [step, elements] of actual.entries()) {
      const reference = expected[step] ?? [];
      const difference = elements.map((value, i) => value - (reference[i] ?? Number.NaN));
      // Devices round divisions, roots and powers more coarsely than the 6e-8 of float32.
      expect(norm(difference), `step ${step}: ${elements} for ${reference}`).toBeLessThanOrEqual(
        1e-5 * norm(reference),
      );
    }
    expect(all({ last: actual.at(-1) ?? [] }).every(Number.isFinite)).toBe(true);
  });
});
