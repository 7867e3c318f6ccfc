import { clone, keep, type NamedTensorMap, tensor } from '@tensorflow/tfjs-core';

/**
 * Writes the memory of a strategy as JSON.
 *
 * Exact: float32 numbers survive the way through {@link clipStateFromJson} bit by bit, and what JSON has no
 * number for is written as the strings `"NaN"`, `"Infinity"`, `"-Infinity"` and `"-0"`. Reads every tensor back; none is disposed.
 *
 * @param state - As a strategy returned it.
 * @example
 * ```ts
 * import { tensor1d } from '@tensorflow/tfjs-core';
 * import { autoClip, clipStateFromJson, clipStateToJson } from 'gradient-health';
 *
 * const strategy = autoClip({ historyLength: 3 });
 * const state = strategy.initialState?.({}) ?? {};
 * const next = strategy.apply({ kernel: tensor1d([3, 4]) }, { weights: {}, state, step: 0, variables: {} }).state;
 * const json = await clipStateToJson(next ?? {});
 * console.log(json);
 * // {"norms":{"shape":[3],"values":[-1,-1,5]}}
 *
 * // A later program goes on from there with this strategy:
 * const continued = { ...autoClip({ historyLength: 3 }), initialState: () => clipStateFromJson(json) };
 * console.log(continued.name);
 * // autoClip(10)
 * ```
 */
export async function clipStateToJson(state: NamedTensorMap): Promise<string> {
  const saved = await Promise.all(
    Object.entries(state).map(async ([name, tensor]) => {
      // A step taken meanwhile disposes the old state, and on webgpu that fails while a read is pending.
      const copy = keep(clone(tensor));
      const values = Array.from(await copy.data<'float32'>(), toJson);
      copy.dispose();
      return [name, { shape: copy.shape, values }] as const;
    }),
  );
  return JSON.stringify(Object.fromEntries(saved));
}

/**
 * Reads the memory of a strategy from JSON: new tensors, which belong to the caller.
 *
 * @param json - As {@link clipStateToJson} wrote it.
 * @throws SyntaxError unless it is JSON.
 * @throws TypeError unless it is the JSON of a state.
 */
export function clipStateFromJson(json: string): NamedTensorMap {
  let saved: unknown;
  try {
    saved = JSON.parse(json);
  } catch (error) {
    throw new SyntaxError(`clipStateFromJson: expected JSON: ${error}`);
  }
  if (!isRecord(saved)) throw malformed('an object');
  // All of it is read before the first tensor is made.
  return Object.fromEntries(
    readTensors(saved).map(([name, values, shape]) => [name, tensor(values, shape, 'float32')]),
  );
}

function readTensors(saved: Record<string, unknown>): [name: string, values: number[], shape: number[]][] {
  return Object.entries(saved).map(([name, value]) => {
    if (!isRecord(value) || !isShape(value['shape']) || !Array.isArray(value['values'])) {
      throw malformed(`a shape and values for '${name}'`);
    }
    const numbers = value['values'].map((item) => fromJson(item, name));
    if (numbers.length !== value['shape'].reduce((product, length) => product * length, 1)) {
      throw malformed(`as many values as the shape of '${name}' holds`);
    }
    return [name, numbers, value['shape']];
  });
}

/** What JSON has no number for. */
const named = ['NaN', 'Infinity', '-Infinity', '-0'];

function toJson(value: number): number | string {
  if (Object.is(value, -0)) return '-0';
  return Number.isFinite(value) ? value : String(value);
}

function fromJson(value: unknown, name: string): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'string' && named.includes(value)) return Number(value);
  throw malformed(`numbers for '${name}'`);
}

const malformed = (expected: string): TypeError => new TypeError(`clipStateFromJson: expected ${expected}`);

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Of a rank that tfjs has. */
const isShape = (value: unknown): value is number[] =>
  Array.isArray(value) && value.length <= 6 && value.every((item) => Number.isSafeInteger(item) && item >= 0);
