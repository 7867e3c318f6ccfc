/**
 * `npm run battery [-- --cases FILE --seeds N --backend cpu|wasm --processes N --peers --treat --json]` trains faulty
 * and healthy programs and scores the rules on them, and with `--peers` the published rules too; with `--treat` it scores
 * treatment instead. Without `--cases` it takes every file of `battery/programs`.
 *
 * Standard output holds the result alone: tables, or with `--json` one object a line. Progress goes to standard error.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { defaultRules } from '../src/index.js';
import { type BackendName, backendFor } from './backend.js';
import type { Job } from './job.js';
import { lineJson, peerJson, summaryJson } from './json.js';
import { parsePrograms } from './parse-programs.js';
import { runOnPool } from './pool.js';
import { type PreflightLine, preflightText, summarizePreflight } from './preflight-summary.js';
import { prepare } from './prepare.js';
import type { Program } from './program.js';
import { type Line, summarize } from './summary.js';
import { comparisonTable, programTable, progressText, summaryText } from './text.js';
import { summarizeTreatment, type TreatLine } from './treat-summary.js';
import { treatProgressText, treatSummaryJson, treatSummaryText, treatTable } from './treat-text.js';

const { values } = parseArgs({
  options: {
    cases: { type: 'string', multiple: true },
    seeds: { type: 'string', default: '5' },
    backend: { type: 'string' },
    processes: { type: 'string', default: String(availableParallelism()) },
    peers: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    treat: { type: 'boolean', default: false },
  },
});

try {
  await main();
} catch (error) {
  console.error(`battery: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}

async function main(): Promise<void> {
  const seeds = countOption('seeds', values.seeds);
  const processes = countOption('processes', values.processes);
  if (values.treat && values.peers) throw new RangeError('--treat and --peers do not go together');
  const forced = backendOption(values.backend);
  // A program may name the layers of this library.
  prepare();
  const programs = (values.cases ?? ownFiles()).flatMap(readPrograms);
  const task = values.treat ? 'treat' : values.peers ? 'compare' : 'diagnose';
  const jobs = programs.flatMap((program) =>
    Array.from({ length: seeds }, (_, i): Job => {
      return { program, seed: i + 1, backend: forced ?? backendFor(program), task };
    }),
  );
  await (values.treat ? treatAll : diagnoseAll)(programs, jobs, processes);
}

async function diagnoseAll(
  programs: readonly Program[],
  jobs: readonly Job[],
  processes: number,
): Promise<void> {
  const lines: Line[] = [];
  const looks: PreflightLine[] = [];
  const peerLines = new Map<string, Line[]>();
  await runOnPool(jobs, processes, (result, { program, backend }) => {
    if (!('line' in result)) return;
    const { line, preflight, peerLines: said, seconds } = result;
    lines.push(line);
    looks.push(preflight);
    for (const [name, own] of Object.entries(said)) {
      peerLines.set(name, [...(peerLines.get(name) ?? []), own]);
    }
    if (values.json) console.log(lineJson(line));
    console.error(`${lines.length}/${jobs.length} ${progressText(program, line, backend, seconds)}`);
  });
  const summary = summarize(
    programs,
    lines,
    defaultRules.map(({ id }) => id),
  );
  const others = [...peerLines].map(([name, own]) => [name, summarize(programs, own, [])] as const);
  if (values.json) {
    for (const [name, score] of others) console.log(peerJson(name, score));
    console.log(summaryJson(summary, summarizePreflight(programs, looks)));
    return;
  }
  console.log(`${programTable(programs, lines)}\n\n${summaryText(summary, Number(values.seeds))}`);
  console.log(`\n${preflightText(summarizePreflight(programs, looks))}`);
  if (others.length > 0) console.log(`\n${comparisonTable([['gradient-health', summary], ...others])}`);
}

async function treatAll(
  programs: readonly Program[],
  jobs: readonly Job[],
  processes: number,
): Promise<void> {
  const lines: TreatLine[] = [];
  await runOnPool(jobs, processes, (result) => {
    if (!('treatLine' in result)) return;
    lines.push(result.treatLine);
    if (values.json) console.log(JSON.stringify(result.treatLine));
    console.error(`${lines.length}/${jobs.length} ${treatProgressText(result.treatLine)}`);
  });
  const summary = summarizeTreatment(programs, lines);
  if (values.json) console.log(treatSummaryJson(summary));
  else console.log(`${treatTable(programs, lines)}\n\n${treatSummaryText(summary, Number(values.seeds))}`);
}

function countOption(name: string, given: string): number {
  const value = Number(given);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new RangeError(`--${name} must be a positive integer, got ${given}`);
}

function backendOption(name: string | undefined): BackendName | undefined {
  if (name === undefined || name === 'cpu' || name === 'wasm') return name;
  throw new RangeError(`--backend must be cpu or wasm, got ${name}`);
}

function ownFiles(): string[] {
  const folder = join(import.meta.dirname, 'programs');
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => join(folder, file));
}

function readPrograms(path: string): Program[] {
  try {
    return parsePrograms(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Error(`${path}: ${error instanceof Error ? error.message : error}`, { cause: error });
  }
}
