import { type BackendName, useBackend } from './backend.js';
import { observeByWatching } from './observe.js';
import type { Alarm } from './peers/evidence.js';
import { observeForPeers } from './peers/observe-for-peers.js';
import { peers } from './peers/peers.js';
import { preflightProgram } from './preflight-program.js';
import { type PreflightLine, preflightLineOf } from './preflight-summary.js';
import type { Program } from './program.js';
import { runProgram } from './run-program.js';
import { type Line, lineOf } from './summary.js';
import { treatProgram } from './treat-program.js';
import { type TreatLine, treatLineOf } from './treat-summary.js';

/** One program to run at one seed. Plain data: it may cross to another process. */
export interface Job {
  readonly program: Program;
  readonly seed: number;
  readonly backend: BackendName;
  /** To diagnose, by the published rules too, which see a second training that is the same; or to treat. */
  readonly task: 'diagnose' | 'compare' | 'treat';
}

/** What a job gave. */
export type Result = Diagnosed | TreatedResult;

export interface TreatedResult {
  readonly treatLine: TreatLine;
  readonly seconds: number;
}

export interface Diagnosed {
  readonly line: Line;
  readonly preflight: PreflightLine;
  /** The same line from each peer, by its name. */
  readonly peerLines: Readonly<Record<string, Line>>;
  readonly seconds: number;
}

/** Trains the program of a job and judges it. @throws Error that names the program. */
export async function runJob({ program, seed, backend, task }: Job): Promise<Result> {
  const start = performance.now();
  try {
    await useBackend(backend);
    const since = (): number => (performance.now() - start) / 1000;
    if (task === 'treat') {
      const treatLine = treatLineOf(program, seed, await treatProgram(program, seed));
      return { treatLine, seconds: since() };
    }
    const { findings, milliseconds } = await preflightProgram(program, seed);
    const line = lineOf(program, seed, await runProgram(program, seed, observeByWatching));
    const preflight = preflightLineOf(program, findings, milliseconds);
    const seconds = since();
    return { line, preflight, peerLines: task === 'compare' ? await askPeers(program, seed) : {}, seconds };
  } catch (error) {
    throw new Error(`program ${program.id}: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    });
  }
}

async function askPeers(program: Program, seed: number): Promise<Readonly<Record<string, Line>>> {
  let said: ReadonlyMap<string, readonly Alarm[]> = new Map();
  const outcome = await runProgram(
    program,
    seed,
    observeForPeers(peers, (alarms) => {
      said = alarms;
    }),
  );
  return Object.fromEntries(
    [...said].map(([name, alarms]) => {
      const findings = alarms.map((alarm) => ({ ...alarm, severity: 'warning' as const }));
      return [name, lineOf(program, seed, { ...outcome, findings })];
    }),
  );
}
