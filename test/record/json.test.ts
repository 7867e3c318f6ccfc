import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromJson, toJson } from '../../src/record/json.js';
import type { Run } from '../../src/record/run.js';
import { history, stats } from '../rules/histories.js';
import { anyRun } from './runs.js';

const empty: Run = { schema: 1, model: null, backend: null, data: null, steps: [] };

/** The JSON of a one-step run with one part replaced. */
function broken(edit: (run: Record<string, never>) => unknown): string {
  const run = JSON.parse(toJson(history({ steps: 2 })));
  return JSON.stringify(edit(run) ?? run);
}

describe('toJson and fromJson', () => {
  test('bring every run back as it was', () => {
    fc.assert(
      fc.property(anyRun, (run) => {
        expect(fromJson(toJson(run))).toEqual(run);
      }),
    );
  });

  test('write non-finite numbers as strings', () => {
    const text = toJson(history({ steps: 1, loss: () => Number.NaN }));

    expect(text).toContain('"loss":"NaN"');
    expect(fromJson(text).steps[0]?.loss).toBeNaN();
  });

  test('leave what belongs to a log only behind', () => {
    expect(toJson(Object.assign({ findings: [] }, empty))).not.toContain('findings');
  });

  test('revive numbers only where the data model has them: a layer called NaN keeps its name', () => {
    const run = history({
      steps: 1,
      model: {
        layers: [
          {
            path: 'NaN',
            className: 'Infinity',
            depth: 0,
            inbound: ['NaN'],
            activation: 'NaN',
            isOutput: true,
          },
        ],
        loss: 'NaN',
        optimizer: { className: '-Infinity', config: { NaN: Infinity } },
      },
      gradients: () => ({ 'NaN/NaN': 1, NaN: Number.NaN }),
      change: (record) => ({
        ...record,
        clip: { name: 'Infinity', normAfter: Infinity, fired: true, accepted: true, cosine: Number.NaN },
      }),
    });

    expect(fromJson(toJson(run))).toEqual(run);
  });

  test('keep keys of Object.prototype as keys, and pollute nothing', () => {
    const variables = JSON.parse(
      '{"__proto__": {"gradient": null, "weightNorm": "NaN", "updateNorm": 0, "updateRatio": 0}}',
    );
    const [record] = history({ steps: 1 }).steps;
    const run = fromJson(toJson({ ...empty, steps: [{ ...record!, variables }] }));

    expect(Object.keys(run.steps[0]!.variables)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(run.steps[0]!.variables)).toBe(Object.prototype);
    expect(Object.values(run.steps[0]!.variables)[0]?.weightNorm).toBeNaN();
    expect('weightNorm' in {}).toBe(false);
  });

  test('keep properties that a later version may add', () => {
    const text = toJson(empty).replace('{', '{"later":"NaN",');

    expect(fromJson(text)).toEqual({ ...empty, later: 'NaN' });
  });
});

describe('fromJson', () => {
  test.each([
    ['an array', () => [], 'fromJson: run must be an object, got []'],
    [
      'a missing list of steps',
      (run: { steps?: unknown }) => void delete run.steps,
      'fromJson: run.steps must be an array, got undefined',
    ],
    [
      'a word in the place of a number',
      (run: { steps: { globalNorm: unknown }[] }) => {
        run.steps[1]!.globalNorm = 'large';
      },
      'fromJson: run.steps[1].globalNorm must be a number, "NaN", "Infinity" or "-Infinity", got "large"',
    ],
    [
      'null, as JSON.stringify writes NaN by itself',
      (run: { steps: { variables: Record<string, { weightNorm: unknown }> }[] }) => {
        run.steps[0]!.variables['dense_1/bias']!.weightNorm = null;
      },
      'fromJson: run.steps[0].variables["dense_1/bias"].weightNorm must be a number, "NaN", "Infinity" or "-Infinity", got null',
    ],
    [
      'a step between two steps',
      (run: { steps: { step: unknown }[] }) => {
        run.steps[0]!.step = 0.5;
      },
      'fromJson: run.steps[0].step must be an integer, got 0.5',
    ],
    [
      'a histogram bin without a count',
      (run: { data: unknown }) => {
        run.data = { input: { ...stats(1), histogram: { bins: [[254]] } } };
      },
      'fromJson: run.data.input.histogram.bins[0] must hold an index and a count, got 1 values',
    ],
    [
      'a precision that no float has',
      (run: { backend: unknown }) => {
        run.backend = { name: 'webgl', epsilon: 1e-4, floatPrecision: 24 };
      },
      'fromJson: run.backend.floatPrecision must be 16 or 32, got 24',
    ],
  ])('rejects %s, naming the place', (_title, edit, message) => {
    expect(() => fromJson(broken(edit as never))).toThrow(new TypeError(message));
  });

  test('rejects another version of the data model with both numbers', () => {
    const text = toJson(empty).replace('"schema":1', '"schema":2');

    expect(() => fromJson(text)).toThrow(
      new RangeError('fromJson: run.schema is 2, but this version of gradient-health reads schema 1 only'),
    );
  });

  test.each(['', '{"schema":1', '{}\n{}'])('rejects %j, which is not one JSON document', (text) => {
    expect(() => fromJson(text)).toThrow(SyntaxError);
    expect(() => fromJson(text)).toThrow(
      'fromJson: expected one JSON document (for a log of lines use readJsonl)',
    );
  });
});
