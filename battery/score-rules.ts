import { defaultRules } from '../src/index.js';
import { jobsOf } from './jobs.js';
import { lineJson, peerJson, summaryJson } from './json.js';
import { halfOf, type Mutant } from './mutants/draw-mutants.js';
import { proveMutants } from './mutants/prove-mutants.js';
import type { Options } from './options.js';
import { runOnPool } from './pool.js';
import { type PreflightLine, preflightText, summarizePreflight } from './preflight-summary.js';
import type { Program } from './program.js';
import { type Line, summarize } from './summary.js';
import { comparisonTable, droppedText, programTable, progressText, summaryText } from './text.js';
import { withoutFailed } from './without-failed.js';

/**
 * Trains every program, and prints what the rules are worth on them.
 *
 * @param mutants - Those among the programs: only proven ones are counted.
 */
export async function scoreRules(
  programs: readonly Program[],
  options: Options,
  mutants?: readonly Mutant[],
): Promise<void> {
  const { json, processes, seeds, command } = options;
  const jobs = jobsOf(programs, options);
  const lines: Line[] = [];
  const looks: PreflightLine[] = [];
  const peerLines = new Map<string, Line[]>();
  const failures = await runOnPool(jobs, processes, (result, { program, backend }) => {
    if (!('line' in result)) return;
    const { line, preflight, peerLines: said, seconds } = result;
    lines.push(line);
    looks.push(preflight);
    for (const [name, own] of Object.entries(said)) {
      peerLines.set(name, [...(peerLines.get(name) ?? []), own]);
    }
    if (json) console.log(lineJson(line));
    console.error(`${lines.length}/${jobs.length} ${progressText(program, line, backend, seconds)}`);
  });
  const ran = withoutFailed(programs, failures);
  const isRun = ({ program, twin }: Mutant): boolean => ran.includes(program) && ran.includes(twin);
  const { programs: counted, dropped } = mutants
    ? proveMutants(mutants.filter(isRun), lines)
    : { programs: ran, dropped: undefined };
  const ids = defaultRules.map(({ id }) => id);
  const summary = summarize(counted, lines, ids);
  const preflight = summarizePreflight(counted, looks);
  const others = [...peerLines].map(([name, own]) => [name, summarize(counted, own, [])] as const);
  if (json) {
    for (const [name, score] of others) console.log(peerJson(name, score));
    console.log(summaryJson(summary, command, preflight, dropped));
    return;
  }
  console.log(`${programTable(counted, lines)}\n\n${summaryText(summary, seeds)}`);
  if (dropped && options.mutants) console.log(`\n${droppedText(dropped, halfOf(options.mutants.seed))}`);
  console.log(`\n${preflightText(preflight)}`);
  if (others.length > 0) console.log(`\n${comparisonTable([['gradient-health', summary], ...others])}`);
}
