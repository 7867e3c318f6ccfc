import { backendFor } from './backend.js';
import type { Job } from './job.js';
import type { Options } from './options.js';
import type { Program } from './program.js';

/** Every program at every seed, in this order. */
export function jobsOf(programs: readonly Program[], { seeds, backend, treat, peers }: Options): Job[] {
  const task = treat ? 'treat' : peers ? 'compare' : 'diagnose';
  return programs.flatMap((program) =>
    Array.from(
      { length: seeds },
      (_, i): Job => ({ program, seed: i + 1, backend: backend ?? backendFor(program), task }),
    ),
  );
}
