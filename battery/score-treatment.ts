import { jobsOf } from './jobs.js';
import type { Options } from './options.js';
import { runOnPool } from './pool.js';
import type { Program } from './program.js';
import { summarizeTreatment, type TreatLine } from './treat-summary.js';
import { treatProgressText, treatSummaryJson, treatSummaryText, treatTable } from './treat-text.js';
import { withoutFailed } from './without-failed.js';

/** Treats and trains every program, and prints what treatment is worth. */
export async function scoreTreatment(programs: readonly Program[], options: Options): Promise<void> {
  const { json, processes, seeds } = options;
  const jobs = jobsOf(programs, options);
  const lines: TreatLine[] = [];
  const failures = await runOnPool(jobs, processes, (result) => {
    if (!('treatLine' in result)) return;
    lines.push(result.treatLine);
    if (json) console.log(JSON.stringify(result.treatLine));
    console.error(`${lines.length}/${jobs.length} ${treatProgressText(result.treatLine)}`);
  });
  const counted = withoutFailed(programs, failures);
  const summary = summarizeTreatment(counted, lines);
  if (json) console.log(treatSummaryJson(summary));
  else console.log(`${treatTable(counted, lines)}\n\n${treatSummaryText(summary, seeds)}`);
}
