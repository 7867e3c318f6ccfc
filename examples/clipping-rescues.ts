/**
 * Thirty ReLU layers learn two spirals at a rate they do not survive: without clipping, then with the global norm of the
 * gradients limited to 1. The same two programs as in the battery, from five seeds each.
 */
import '@tensorflow/tfjs-backend-wasm';
import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { watch } from 'gradient-health';
import { reaches } from '../battery/goal.js';
import { clipOption, type Observe } from '../battery/observe.js';
import { parsePrograms } from '../battery/parse-programs.js';
import type { Program } from '../battery/program.js';
import { runProgram } from '../battery/run-program.js';
import { progress } from './digits/progress.js';

const SEEDS = [1, 2, 3, 4, 5];

const started = Date.now();
await tf.setBackend('wasm');
const file = new URL('../battery/programs/slow/spirals.json', import.meta.url);
const programs = parsePrograms(readFileSync(file, 'utf8'));

console.log(
  'Two spirals of 128 points each, 30 dense ReLU layers of 32 units, SGD at 0.03 with momentum 0.9, 1000 steps of all points.',
);
console.log('Trained: at least 99 % of the points are classified right after the last step.\n');

const summary: string[] = [];
for (const program of programs) {
  const outcomes = [];
  for (const seed of SEEDS) outcomes.push(await trainOnce(program, seed));
  const trained = outcomes.filter((reached) => reached).length;
  const name = program.clip ? `with ${program.clip.name}(${program.clip.limit})` : 'without clipping';
  summary.push(`  ${name.padEnd(28)} trained ${trained} of ${SEEDS.length}`);
}
console.log(`\n${summary.join('\n')}`);
console.log(`\nTook ${((Date.now() - started) / 1000).toFixed(0)} s.`);

async function trainOnce(program: Program, seed: number): Promise<boolean> {
  const bar = progress(`${program.id}, seed ${seed}`, program.epochs);
  let steps = 0;
  let fired = 0;
  let largestNorm = 0;
  const observe: Observe = (model, { clip }) => {
    const monitor = watch(model, {
      ...clipOption(clip),
      rules: [],
      activations: false,
      onStep(record) {
        steps++;
        if (record.clip?.fired) fired++;
        largestNorm = Math.max(largestNorm, record.globalNorm);
        bar.step(steps, `loss ${record.loss?.toFixed(3)}`);
      },
    });
    return { finish: () => monitor.stop().then(() => []) };
  };
  const { loss, metric } = await runProgram(program, seed, observe);
  const trained = program.goal !== undefined && reaches(program.goal, metric);
  const share = `${((100 * fired) / steps).toFixed(1)} %`;
  bar.end(
    [
      trained ? 'trained    ' : 'not trained',
      `loss ${loss.toFixed(3)}`,
      `accuracy ${metric.toFixed(3)}`,
      `largest norm ${largestNorm.toExponential(1)}`,
      ...(program.clip ? [`clip fired in ${share} of steps`] : []),
    ].join('  '),
  );
  return trained;
}
