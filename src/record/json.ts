import { assertRun } from './assert-run.js';
import { readRun } from './read-run.js';
import { prefixed } from './reader.js';
import type { Run } from './run.js';

/**
 * Writes a run as JSON. Numbers that JSON lacks are written as the strings `"NaN"`, `"Infinity"` and `"-Infinity"`, and
 * {@link fromJson} revives them; all others come back exactly, except that -0 becomes 0.
 *
 * @param run - A monitor's run, or any other. Not changed.
 *
 * @example
 * ```ts
 * import { fromJson, toJson } from 'gradient-health';
 *
 * const text = toJson({ schema: 1, model: null, backend: null, data: null, steps: [] });
 * console.log(text); // {"schema":1,"model":null,"backend":null,"data":null,"steps":[]}
 * console.log(fromJson(text).steps.length); // 0
 * ```
 */
export function toJson(run: Run): string {
  assertRun('toJson', run);
  const { schema, model, backend, data, steps } = run;
  return encode({ schema, model, backend, data, steps });
}

/**
 * Reads a run that {@link toJson} wrote and checks that it is one. Strings become numbers only where the data model has a
 * number: a layer called `NaN` keeps its name.
 *
 * @param text - One JSON document; for a log of lines use {@link readJsonl}.
 * @throws SyntaxError when the text is not JSON.
 * @throws TypeError when it is JSON but no run, naming the place.
 * @throws RangeError when it was written by another version of the data model.
 */
export function fromJson(text: string): Run {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new SyntaxError(
      `fromJson: expected one JSON document (for a log of lines use readJsonl): ${error}`,
    );
  }
  try {
    return readRun(parsed);
  } catch (error) {
    throw prefixed('fromJson: run', error);
  }
}

/** JSON with non-finite numbers as strings. */
export function encode(value: unknown): string {
  return JSON.stringify(value, (_key, item) =>
    typeof item === 'number' && !Number.isFinite(item) ? String(item) : item,
  );
}
