import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import type { BackendName } from './backend.js';

/** What the command line asks for. */
export interface Options {
  /** Files; absent for those of the battery. */
  readonly cases?: readonly string[];
  readonly seeds: number;
  readonly backend?: BackendName;
  readonly processes: number;
  readonly peers: boolean;
  readonly json: boolean;
  readonly treat: boolean;
  /** How many faults to plant in the healthy programs, and from which seed; absent for the programs themselves. */
  readonly mutants?: { readonly size: number; readonly seed: number };
  /** The command that says the same. */
  readonly command: string;
}

/** @throws RangeError, or a TypeError of Node, for what is unknown or cannot be. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      cases: { type: 'string', multiple: true },
      seeds: { type: 'string', default: '5' },
      backend: { type: 'string' },
      processes: { type: 'string', default: String(availableParallelism()) },
      peers: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      treat: { type: 'boolean', default: false },
      mutants: { type: 'string' },
      seed: { type: 'string' },
    },
  });
  const { cases, peers, json, treat } = values;
  const seeds = countOption('seeds', values.seeds);
  const processes = countOption('processes', values.processes);
  const backend = backendOption(values.backend);
  if (treat && peers) throw new RangeError('--treat and --peers do not go together');
  if (treat && values.mutants) throw new RangeError('--treat and --mutants do not go together');
  if (values.seed && !values.mutants)
    throw new RangeError('--seed goes with --mutants; did you mean --seeds?');
  const mutants = values.mutants && {
    size: countOption('mutants', values.mutants),
    seed: countOption('seed', values.seed ?? '1'),
  };
  return {
    seeds,
    processes,
    peers,
    json,
    treat,
    command: ['npm run battery --', ...args].join(' '),
    ...(cases && { cases }),
    ...(backend && { backend }),
    ...(mutants && { mutants }),
  };
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
