import type { Failure } from './pool.js';
import type { Program } from './program.js';

/** Tells which programs could not be run, at some seed, and leaves them out; the command then ends with code 1. */
export function withoutFailed(
  programs: readonly Program[],
  failures: readonly Failure[],
): readonly Program[] {
  if (failures.length === 0) return programs;
  const failed = new Set(failures.map(({ job }) => job.program.id));
  for (const message of new Set(failures.map(({ error }) => error))) console.error(`battery: ${message}`);
  console.error(`battery: not counted, because they could not be run: ${[...failed].join(', ')}`);
  process.exitCode = 1;
  return programs.filter(({ id }) => !failed.has(id));
}
