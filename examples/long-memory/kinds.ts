import { gradientBars } from '../activations/chart.js';
import { add } from './adding.js';
import type { Course, Plan } from './train.js';

const TIME = 50;
const SEEDS = [1, 2, 3, 4, 5];
const LIMITS = { learningRate: 5e-3, limit: 1000 };

/** SimpleRNN, LSTM and GRU on one task. */
export async function kindsOfCells(): Promise<void> {
  console.log(
    `2. Three kinds of cells add two marked numbers of ${TIME}: 32 units, Adam at ${LIMITS.learningRate}, ${SEEDS.length} seeds, at most ${LIMITS.limit} steps\n`,
  );
  const kinds: [kind: Plan['kind'], courses: Course[]][] = [];
  for (const kind of ['SimpleRNN', 'LSTM', 'GRU'] as const) {
    const courses: Course[] = [];
    for (const seed of SEEDS) {
      const label = `adding ${TIME}, ${kind}, seed ${seed}`;
      courses.push(await add(label, { kind, time: TIME, seed }, LIMITS));
    }
    kinds.push([kind, courses]);
  }
  for (const step of [0, 300]) {
    console.log(`\n  ||dL/dh_t|| in step ${step} of training, seed 1, first time step to last; log scale\n`);
    const curves = kinds.map(([name, [course]]) => ({ name, norms: normsAt(course, step) }));
    console.log(gradientBars(curves));
  }
  console.log();
  for (const [kind, courses] of kinds) {
    const solved = courses.filter((course) => course.solved);
    const steps = solved.map((course) => course.steps).join(', ');
    console.log(
      `  ${kind.padEnd(10)} solved from ${solved.length} of ${SEEDS.length} seeds${steps && `, after ${steps} steps`}`,
    );
  }
  console.log();
}

function normsAt(course: Course | undefined, step: number): readonly number[] {
  return course?.passes.find((pass) => pass.step === step)?.norms ?? [];
}
