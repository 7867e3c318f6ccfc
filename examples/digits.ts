/**
 * The main job. A classifier of handwritten digits does not learn: the watch says why, its remedies are applied one at a
 * time and together, and each is trained again on the same digits in the same order. Then one that explodes.
 */
import '@tensorflow/tfjs-backend-wasm';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { type Finding, type Remedy, toJson, toText } from 'gradient-health';
import { renderHtml } from 'gradient-health/dashboard';
import { loadDigits, type Outcome, type Plan, train } from './digits/classifier.js';
import { gradientTable, outcomeTable } from './digits/tables.js';
import { treat } from './digits/treat.js';

const SEEDS = [1, 2, 3];
const TRAINING_DIGITS = 20_000;
const TEST_DIGITS = 2_000;
const FOLDER = 'out';

process.on('SIGINT', () => {
  console.log(`\nStopped. Every record taken so far is in ${FOLDER}/, one line each.`);
  process.exit(130);
});

const started = Date.now();
await tf.setBackend('wasm');
const digits = loadDigits(TRAINING_DIGITS, TEST_DIGITS);
console.log(
  `${TRAINING_DIGITS} handwritten digits to train on, ${TEST_DIGITS} others to test on; backend ${tf.getBackend()}\n`,
);

/** Each label and seed is the name of a log: two trainings of the same name would overwrite each other's. */
const run = (label: string, plan: Plan, seed: number): Promise<Outcome> =>
  train(label, plan, digits, { seed, folder: FOLDER, activations: seed === 1 && 50 });

const sick: Plan = {
  hiddenLayers: 8,
  activation: 'sigmoid',
  initializer: 'randomUniform',
  output: 'softmax',
  loss: 'categoricalCrossentropy',
  optimizer: () => tf.train.adam(2e-3),
};

console.log('1. Eight hidden sigmoid layers, watched\n');
const before = await run('vanishing, as written', sick, 1);
const vanishing = findingOf(before, 'vanishing-gradient');
const cures = remediesOf(vanishing, ['initializer', 'activation']);
cures.push({
  kind: 'clip',
  layers: [],
  to: 'clipByGlobalNorm(5)',
  reason: 'for comparison: no cure for this',
});

console.log('\n2. The same training with each remedy, then with all of them\n');
const rows: { change: string; outcome: Outcome }[] = [{ change: 'as written', outcome: before }];
for (const cure of cures) {
  const change = `${cure.kind} ${cure.to}`;
  rows.push({ change, outcome: await run(change, treat(sick, cure), 1) });
}
const healthy = cures.reduce(treat, sick);
const pairs: [Outcome, Outcome][] = [];
for (const seed of SEEDS) {
  const untreated = seed === 1 ? before : await run('vanishing, as written', sick, seed);
  const treated = await run('all together', healthy, seed);
  pairs.push([untreated, treated]);
  if (seed === 1) rows.push({ change: 'all together', outcome: treated });
}

console.log('\n3. Four layers trained by SGD at a rate that is too high\n');
const tooFast: Plan = {
  hiddenLayers: 4,
  activation: 'relu',
  initializer: 'heUniform',
  output: 'linear',
  loss: 'meanSquaredError',
  optimizer: () => tf.train.sgd(4),
};
// The finding names clipping. Its limit is the norm before the growth; at a rate of 4 this one keeps steps to 0.4.
const gentle: Remedy = {
  kind: 'clip',
  layers: [],
  to: 'clipByGlobalNorm(0.1)',
  reason: 'small steps',
};
const explosions: [Outcome, Outcome][] = [];
for (const seed of SEEDS) {
  const exploded = await run('exploding, as written', tooFast, seed);
  findingOf(exploded, 'non-finite');
  explosions.push([exploded, await run(`exploding, ${gentle.to}`, treat(tooFast, gentle), seed)]);
}

const [[, cured]] = pairs as [[Outcome, Outcome]];
const [[exploded]] = explosions as [[Outcome, Outcome]];
const reports = {
  report: before.report,
  'report-treated': cured.report,
  'report-exploding': exploded.report,
};
for (const [name, report] of Object.entries(reports)) {
  writeFileSync(join(FOLDER, `${name}.txt`), toText(report));
  writeFileSync(join(FOLDER, `${name}.html`), renderHtml(report));
}
writeFileSync(join(FOLDER, 'run.json'), toJson(before.report.run));

console.log(`\n${toText(before.report)}`);
console.log('\nGradient norm by layer, median over the training\n');
console.log(gradientTable(before.report.run, cured.report.run));
console.log('\nTest accuracy after the same number of steps\n');
console.log(outcomeTable(rows, pairs, explosions));
console.log(
  `\nRecords, reports and the run are in ${FOLDER}/: *.jsonl, ${Object.keys(reports).join('.txt, ')}.txt, run.json; to look at: ${Object.keys(reports).join('.html, ')}.html; for TensorBoard: tensorboard --logdir ${FOLDER}/tensorboard`,
);
console.log(`Took ${((Date.now() - started) / 1000).toFixed(0)} s.`);

function findingOf({ report }: Outcome, rule: string): Finding {
  const finding = report.findings.find((candidate) => candidate.rule === rule);
  if (!finding) throw new Error(`Expected the finding ${rule}, got: ${report.verdict}`);
  return finding;
}

function remediesOf({ remedies }: Finding, kinds: readonly Remedy['kind'][]): Remedy[] {
  return remedies.filter(({ kind }) => kinds.includes(kind));
}
