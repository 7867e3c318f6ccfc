/**
 * `npm run battery [-- --cases FILE --seeds N --backend cpu|wasm --json]` trains faulty and healthy programs and scores the
 * rules on them; without `--cases`, every file of `battery/programs`.
 *
 * Standard output holds the result alone: tables, or with `--json` one object a line. Progress goes to standard error.
 */
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { defaultRules, register } from '../src/index.js';
import { type BackendName, backendFor, useBackend } from './backend.js';
import { lineJson, summaryJson } from './json.js';
import { observeByWatching } from './observe.js';
import { parsePrograms } from './parse-programs.js';
import type { Program } from './program.js';
import { runProgram } from './run-program.js';
import { type Line, lineOf, summarize } from './summary.js';
import { programTable, progressText, summaryText } from './text.js';

const { values } = parseArgs({
  options: {
    cases: { type: 'string', multiple: true },
    seeds: { type: 'string', default: '5' },
    backend: { type: 'string' },
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
  const seeds = Number(values.seeds);
  if (!(Number.isSafeInteger(seeds) && seeds > 0)) {
    throw new RangeError(`--seeds must be a positive integer, got ${values.seeds}`);
  }
  if (values.treat) throw new RangeError('--treat is not there yet: programs can be diagnosed, not treated');
  const forced = backendOption(values.backend);
  const programs = (values.cases ?? ownFiles()).flatMap(readPrograms);
  // The orthogonal default of recurrent layers throws or takes half a minute in tfjs itself.
  register({ replaceOrthogonal: true });

  const lines: Line[] = [];
  for (const program of programs) {
    const backend = forced ?? backendFor(program);
    await useBackend(backend);
    for (let seed = 1; seed <= seeds; seed++) {
      const line = await run(program, seed, backend);
      if (values.json) console.log(lineJson(line));
      lines.push(line);
    }
  }
  const summary = summarize(
    programs,
    lines,
    defaultRules.map(({ id }) => id),
  );
  if (values.json) console.log(summaryJson(summary));
  else console.log(`${programTable(programs, lines)}\n\n${summaryText(summary, seeds)}`);
}

async function run(program: Program, seed: number, backend: BackendName): Promise<Line> {
  const start = performance.now();
  try {
    const line = lineOf(program, seed, await runProgram(program, seed, observeByWatching));
    console.error(progressText(program, line, backend, (performance.now() - start) / 1000));
    return line;
  } catch (error) {
    throw new Error(`program ${program.id}: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    });
  }
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
