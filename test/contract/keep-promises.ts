import * as tf from '@tensorflow/tfjs-core';
import { promises } from './promises.js';

/** Of each promise whether it is kept, or why not. */
export type Kept = Readonly<Record<string, 'yes' | string>>;

/** Keeps each promise on cpu and then on the backend, and compares. */
export async function keepPromises(backend: string): Promise<Kept> {
  const kept: [title: string, answer: string][] = [];
  for (const { area, title, measure } of promises) {
    await tf.setBackend('cpu');
    const expected = await measure();
    await tf.setBackend(backend);
    const answer = await measure().then((actual) => comparison(actual, expected), reasonOf);
    kept.push([`${area}: ${title}`, answer]);
  }
  await tf.setBackend('cpu');
  return Object.fromEntries(kept);
}

/** Float32 in another order of summation, and the exponentials of GPUs, over some steps of training. */
const tolerance = 1e-3;

function comparison(actual: readonly number[], expected: readonly number[]): string {
  if (actual.length !== expected.length)
    return `gives ${actual.length} numbers where cpu gives ${expected.length}`;
  const far = actual.findIndex((value, at) => {
    const other = expected[at] ?? Number.NaN;
    return (
      !Object.is(value, other) && !(Math.abs(value - other) <= tolerance * Math.max(Math.abs(other), 1e-2))
    );
  });
  return far < 0 ? 'yes' : `gives ${actual[far]} where cpu gives ${expected[far]}`;
}

const reasonOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0]?.slice(0, 160) ?? '';
