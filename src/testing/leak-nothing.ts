import { engine, memory, scalar, Tensor } from '@tensorflow/tfjs-core';
import { assertKnownOptions } from '../record/known-options.js';
import type { MatcherResult } from './matcher-result.js';

/** Options of `toLeakNothing`. */
export interface LeakOptions {
  /**
   * Times to run the function while its tensors are counted.
   *
   * @default 10
   */
  readonly runs?: number;
  /**
   * Times to run it before: what is made once, such as the moments of an optimizer, is no leak.
   *
   * @default 2
   */
  readonly warmups?: number;
}

const who = 'toLeakNothing';
/** Objects within objects that are looked through for tensors. */
const deepest = 4;

/**
 * Runs a function again and again and counts the tensors and bytes of tfjs's engine before and after. New tensors that it returns,
 * alone or in arrays and plain objects, belong to the caller and are disposed.
 */
export async function leakNothing(received: unknown, options: LeakOptions = {}): Promise<MatcherResult> {
  assertKnownOptions(who, options, ['runs', 'warmups']);
  const { runs = 10, warmups = 2 } = options;
  if (typeof received !== 'function') {
    throw new TypeError(`${who}: expected a function to run, such as () => step(), got ${typeof received}`);
  }
  for (const [name, value, least] of [
    ['runs', runs, 1],
    ['warmups', warmups, 0],
  ] as const) {
    if (Number.isSafeInteger(value) && value >= least) continue;
    throw new RangeError(`${who}: ${name} must be an integer of ${least} or more, got ${value}`);
  }
  const run = (): unknown => received();
  for (let warmup = 0; warmup < warmups; warmup++) await runOnce(run);
  const before = memory();
  for (let time = 0; time < runs; time++) await runOnce(run);
  const after = memory();
  const tensors = after.numTensors - before.numTensors;
  const bytes = after.numBytes - before.numBytes;
  const pass = tensors <= 0 && bytes <= 0;
  const left = pass ? '' : await leftovers(run);
  return {
    pass,
    message: () =>
      pass
        ? `Expected the function to leave tensors behind, but ${runs} runs left none.`
        : `Expected the function to leave nothing behind, but ${runs} runs left ${tensors} tensors and ${bytes} bytes.\n\n` +
          `  evidence: ${each(tensors, runs)} tensors and ${each(bytes, runs)} bytes a run${left}\n` +
          '  1. run the operations within tf.tidy(() => ...), which disposes what they make but do not return\n' +
          '  2. dispose what outlives it: tensor.dispose(), tf.dispose(tensors); asynchronous functions cannot be tidied\n',
  };
}

async function runOnce(run: () => unknown): Promise<void> {
  const mark = scalar(0);
  mark.dispose();
  const result = await run();
  // Ids grow: an older tensor, such as a weight, is not the caller's.
  for (const tensor of tensorsIn(result)) if (tensor.id > mark.id && !tensor.kept) tensor.dispose();
}

/** In the tensor, array or plain object that a function returns. */
function tensorsIn(result: unknown, depth = 0): Tensor[] {
  if (result instanceof Tensor) return [result];
  const isPlain =
    Array.isArray(result) || (isObject(result) && Object.getPrototypeOf(result) === Object.prototype);
  if (!isPlain || depth === deepest) return [];
  return Object.values(result).flatMap((item: unknown) => tensorsIn(item, depth + 1));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** Types and shapes of what one more run leaves; empty where the engine does not track them, as those of variables. */
async function leftovers(run: () => unknown): Promise<string> {
  engine().startScope(who);
  let alive: Tensor[] = [];
  try {
    await runOnce(run);
  } finally {
    alive = engine().state.activeScope.track.filter(({ isDisposed }) => !isDisposed);
    // Handed to the scope around: what the function keeps for itself stays alive.
    engine().endScope(alive);
  }
  const kinds = [...new Set(alive.map(({ dtype, shape }) => `${dtype} [${shape.join(', ')}]`))];
  return kinds.length === 0 ? '' : `: ${kinds.join(', ')}`;
}

/** For each run, with a digit behind the point where it does not come out even. */
function each(sum: number, runs: number): string {
  return String(Number((sum / runs).toFixed(1)));
}
