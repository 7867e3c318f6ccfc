import { add } from './adding.js';
import { type Course, ratio } from './train.js';

const TIME = 100;

/** The adding problem, from a forget bias of 1 and from memories of all lengths. */
export async function startingBiases(): Promise<void> {
  console.log(
    `1. Adding two marked numbers of ${TIME}: LSTM of 32 units, batches of 32, Adam at 0.003, norm clipped at 1\n`,
  );
  const courses: [name: string, course: Course][] = [];
  for (const [name, chrono] of [
    ['forget bias 1', false],
    ['chrono', true],
  ] as const) {
    const plan = { kind: 'LSTM', time: TIME, chrono, seed: 1 } as const;
    const limits = { learningRate: 3e-3, limit: 3000 };
    courses.push([name, await add(`adding ${TIME}, ${name}`, plan, limits)]);
  }
  console.log(`\n  ||dL/dh_1|| / ||dL/dh_${TIME}||, by the step of training\n`);
  for (const [name, { passes }] of courses) {
    const ratios = passes
      .filter(({ step }) => step % 250 === 0)
      .map(({ step, norms }) => `${step}: ${ratio(norms).toExponential(1)}`);
    console.log(`  ${name.padEnd(14)} ${ratios.join('  ')}`);
  }
  console.log();
  for (const [name, { solved, steps }] of courses) {
    console.log(`  ${name.padEnd(14)} ${solved ? 'solved after' : 'not solved in'} ${steps} steps`);
  }
  console.log();
}
