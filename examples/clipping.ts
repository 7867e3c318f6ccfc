/**
 * Digits at a rate that explodes, then the same training under one clip after another: which ones save it, and what each
 * did to the gradients on the way.
 */
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import {
  autoClip,
  type ClipStrategy,
  clipByGlobalNorm,
  clipByNorm,
  clipByValue,
  skipNonFinite,
  windowClip,
} from 'gradient-health';
import { loadDigits, type Outcome, type Plan, train } from './digits/classifier.js';

const TRAINING_DIGITS = 4_000;
const TEST_DIGITS = 2_000;
const FOLDER = 'out';

const plan: Plan = {
  hiddenLayers: 4,
  activation: 'relu',
  initializer: 'heUniform',
  output: 'linear',
  loss: 'meanSquaredError',
  optimizer: () => tf.train.sgd(2),
};

const strategies: readonly ClipStrategy[] = [
  clipByGlobalNorm(0.5),
  clipByNorm(0.25),
  clipByValue(0.01),
  autoClip({ percentile: 10 }),
  windowClip(),
  skipNonFinite(),
];

const started = Date.now();
await tf.setBackend('wasm');
const digits = loadDigits(TRAINING_DIGITS, TEST_DIGITS);
console.log(`Four ReLU layers, linear output, squared error, SGD at 2 on ${TRAINING_DIGITS} digits\n`);

const run = (label: string, clip?: ClipStrategy): Promise<Outcome> =>
  train(`clipping ${label}`, { ...plan, ...(clip && { clip }) }, digits, { seed: 1, folder: FOLDER });

const rows = [describe('none', await run('none'))];
for (const clip of strategies) rows.push(describe(clip.name, await run(clip.name, clip)));

console.log('\nMedians over the steps; fired and rejected are shares of the steps\n');
const columns = ['clip', 'test acc.', 'loss', 'fired', 'rejected', 'norm before', 'after', 'cosine'];
for (const row of [columns, ...rows]) {
  console.log(row.map((cell, column) => (column === 0 ? cell.padEnd(24) : cell.padStart(12))).join(''));
}
console.log(`\nEvery record is in ${FOLDER}/. Took ${((Date.now() - started) / 1000).toFixed(0)} s.`);

function describe(name: string, { report, testAccuracy, finalLoss }: Outcome): string[] {
  const { steps } = report.run;
  const clips = steps.flatMap(({ clip }) => clip ?? []);
  const share = (count: number): string => (clips.length ? percent(count / clips.length) : '-');
  return [
    name,
    percent(testAccuracy),
    finalLoss.toPrecision(3),
    share(clips.filter(({ fired }) => fired).length),
    share(clips.filter(({ accepted }) => !accepted).length),
    median(steps.map(({ globalNorm }) => globalNorm)),
    median(clips.map(({ normAfter }) => normAfter)),
    median(clips.map(({ cosine }) => cosine)),
  ];
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** Of the finite ones. */
function median(values: readonly number[]): string {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  return sorted[sorted.length >> 1]?.toPrecision(3) ?? '-';
}
