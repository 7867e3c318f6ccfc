import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import ts from 'typescript';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ClipOptions } from '../../src/index.js';
import * as library from '../../src/index.js';
import { backends } from '../clip/backends.js';
import { steps, toTensors, toValues, type Values } from '../clip/step.js';
import { readSources } from '../sources.js';
import {
  afterCalm,
  arbitrary,
  bad,
  context,
  expectClose,
  expectWithin,
  type Outcome,
  outcomes,
  scoped,
} from './after-calm.js';
import {
  all,
  calm,
  calmNorm,
  calmSize,
  flatten,
  norm,
  type Row,
  scaled,
  table,
  variables,
} from './clip-table.js';

// The promises of ClipStrategy, asked of every strategy. A new one joins by a row in the table.

const { clipStateFromJson, clipStateToJson } = library;

const titled = table.map((row): Row & { title: string } => ({
  ...row,
  title: row.as ? `${row.of} (${row.as})` : row.of,
}));

test('every exported strategy is in the table', () => {
  const factories = Object.entries(readSources('src', '.ts')).flatMap(([path, source]) =>
    ts
      .createSourceFile(path, source, ts.ScriptTarget.Latest, true)
      .statements.filter(ts.isFunctionDeclaration)
      .filter(({ type }) => type?.getText() === 'ClipStrategy')
      .map(({ name }) => name?.text ?? ''),
  );
  const exported = factories.filter((name) => name in library);
  expect(exported.length).toBeGreaterThan(0);
  expect([...new Set<string>(table.map((row) => row.of))].sort()).toEqual(exported.sort());
});

describe.each(backends)('on %s', (backend) => {
  beforeEach(() => tf.setBackend(backend));
  afterEach(() => vi.restoreAllMocks());

  // `composed` stands for the others here; its steps take three times as long.
  const manySteps = backend === 'composed' ? 200 : 1000;

  describe.each(titled)('$title', (row) => {
    const {
      identityAt = [1, 1e-30],
      boundAt = [1],
      idempotent = true,
      policies = true,
      warmUpSteps = 0,
    } = row;

    test.each(identityAt)('returns calm gradients bit by bit at a scale of %d', (scale) => {
      const [step] = afterCalm(row, [scaled(calm, scale)], { scale });
      expect(step).toEqual({ gradients: flatten(scaled(calm, scale)), accept: 1 });
    });

    if (row.bound)
      test('keeps within its bound', () => {
        fc.assert(
          fc.property(arbitrary, fc.constantFrom(...boundAt), (values, scale) => {
            const [step] = afterCalm(row, [scaled(values, scale)], { scale });
            expectWithin(row, step, scale);
          }),
          { numRuns: 25 },
        );
      });

    if (row.direction)
      test('keeps the direction', () => {
        fc.assert(
          fc.property(arbitrary, (values) => {
            const [{ gradients = {} } = {}] = afterCalm(row, [values]);
            const before = flatten(values);
            const parts: [readonly number[], readonly number[]][] =
              row.direction === 'step'
                ? [[all(before), all(gradients)]]
                : Object.entries(before).map(([name, part]) => [part, gradients[name] ?? []]);
            for (const [from, to] of parts) {
              const ratio = norm(from) === 0 ? 0 : norm(to) / norm(from);
              expectClose(
                from.map((value) => value * ratio),
                to,
                1e-6,
              );
            }
          }),
          { numRuns: 25 },
        );
      });

    if (idempotent)
      test('changes nothing the second time', () => {
        fc.assert(
          fc.property(arbitrary, (values) => {
            scoped(() => {
              const strategy = row.make();
              const given = context();
              const warmUp = steps(
                strategy,
                Array.from({ length: warmUpSteps }, () => calm),
                given,
              );
              const state = warmUp.at(-1)?.state ?? strategy.initialState?.(given.weights) ?? {};
              const once = strategy.apply(toTensors(values), { ...given, state, step: 0 }).gradients;
              const twice = strategy.apply(once, { ...given, state, step: 0 }).gradients;
              // A mean taken twice leaves a rounding of the terms it was taken of.
              const size = norm(all(flatten(values)));
              expectClose([...all(toValues(twice)), size], [...all(toValues(once)), size], 1e-6);
            });
          }),
          { numRuns: 15 },
        );
      });

    test('keeps zero gradients zero, at first and after others', () => {
      const zeros = scaled(calm, 0);
      const first = scoped(() => outcomes(steps(row.make(), [zeros, zeros], context())));
      for (const step of [...first, ...afterCalm(row, [zeros])]) {
        expect(all(step.gradients).map(Math.abs)).toEqual(new Array(calmSize).fill(0));
        expect(step.accept).toBe(1);
      }
    });

    if (identityAt.length > 0)
      test('lets gradients pass again after a stretch of zeros', () => {
        const zeros = new Array(20).fill(scaled(calm, 0));
        const [step] = afterCalm(row, [...zeros, calm]).slice(-1);
        expect(norm(all(step?.gradients ?? {}))).toBeGreaterThan(0.99 * calmNorm);
        const fromTheStart = scoped(() => outcomes(steps(row.make(), [...zeros, calm], context()))).at(-1);
        expect(norm(all(fromTheStart?.gradients ?? {}))).toBeGreaterThan(0.99 * calmNorm);
      });

    if (policies)
      test('rejects a step with NaN or infinite gradients, and forgets it', () => {
        const violent = scaled(calm, 1e3);
        const expected = afterCalm(row, [calm, violent]);
        for (const [, values] of bad) {
          const [rejected, ...others] = afterCalm(row, [values, calm, violent]);
          expect(rejected?.accept).toBe(0);
          expect(all(rejected?.gradients ?? {})).toEqual(new Array(calmSize).fill(0));
          expect(others).toEqual(expected);
        }
      });

    if (policies)
      test('zeroes NaN and infinite gradients and clips the others', () => {
        const options: ClipOptions = { nonFinite: 'zero' };
        const expected = afterCalm(row, [{ ...calm, 'in/bias': [0.1, 0, -0.1] }], { options });
        for (const [, values] of bad) expect(afterCalm(row, [values], { options })).toEqual(expected);
      });

    if (policies)
      test('lets NaN propagate to its own element at least, and never into its memory', () => {
        const options: ClipOptions = { nonFinite: 'propagate' };
        for (const [number, values] of bad) {
          const [step, next] = afterCalm(row, [values, calm], { options });
          if (Number.isNaN(number)) expect(step?.gradients['in/bias']?.[1]).toBeNaN();
          expect(step?.accept).toBe(1);
          expect(next).toEqual(afterCalm(row, [calm], { options })[0]);
        }
      });

    test('returns finite gradients for finite ones of 1e20 and 1e38, and not all of them zero', () => {
      for (const factor of [1e20, 3e38]) {
        const [step] = afterCalm(row, [scaled(calm, factor)]);
        expect(all(step?.gradients ?? {}).every(Number.isFinite)).toBe(true);
        if (step?.accept === 1) expect(norm(all(step.gradients))).toBeGreaterThan(0);
      }
    });

    test('accepts an empty map', () => {
      const strategy = row.make();
      const state = strategy.initialState?.({}) ?? {};
      const result = strategy.apply({}, { weights: {}, state, step: 0, variables });
      expect(result.gradients).toEqual({});
      expect(result.accept?.dataSync()[0] ?? 1).toBe(1);
    });

    test('keeps keys, shapes and types, whichever gradients are missing', () => {
      const strategy = row.make();
      const given = context();
      let state = strategy.initialState?.(given.weights) ?? {};
      const describeAll = (tensors: tf.NamedTensorMap) =>
        Object.entries(tensors).map(([name, { shape, dtype }]) => [name, shape, dtype]);
      for (const values of [calm, { scale: 1e3 }, { 'in/bias': [1e3, 0, 0] }, calm]) {
        const gradients = toTensors(values);
        const result = strategy.apply(gradients, { ...given, state, step: 0 });
        expect(describeAll(result.gradients)).toEqual(describeAll(gradients));
        expect(result.accept?.shape ?? []).toEqual([]);
        expect(Object.keys(result.state ?? state).sort()).toEqual(Object.keys(state).sort());
        state = result.state ?? state;
      }
    });

    test('disposes nothing it was given, and changes none of it', () => {
      const strategy = row.make();
      const gradients = toTensors(scaled(calm, 1e3));
      const given = context();
      const state = strategy.initialState?.(given.weights) ?? {};
      const before = [gradients, given.weights, state].map(toValues);
      strategy.apply(gradients, { ...given, state, step: 0 });
      expect([gradients, given.weights, state].map(toValues)).toEqual(before);
    });

    test('reads nothing back', () => {
      const strategy = row.make();
      const gradients = toTensors(scaled(calm, 1e3));
      const given = context();
      const state = strategy.initialState?.(given.weights) ?? {};
      // The engine's, not the backend's: kernels that run on the host read their inputs by the latter.
      const reads = [vi.spyOn(tf.engine(), 'readSync'), vi.spyOn(tf.engine(), 'read')];
      strategy.apply(gradients, { ...given, state, step: 0 });
      for (const read of reads) expect(read).not.toHaveBeenCalled();
      // It is what a tensor reads itself by.
      gradients['scale']?.dataSync();
      expect(reads[0]).toHaveBeenCalledOnce();
    });

    test(`leaves not one tensor behind in ${manySteps} steps`, () => {
      const strategy = row.make();
      const given = context();
      const sequence: Values[] = [1, 1e3, NaN, Infinity].map((number) => ({
        'in/bias': [0.1, number, 0],
        scale: 0.1,
      }));
      const gradients = sequence.map(toTensors);
      let state = strategy.initialState?.(given.weights) ?? {};
      const take = (step: number): void => {
        const next = tf.tidy(() => {
          const result = strategy.apply(gradients[step % gradients.length] ?? {}, { ...given, state, step });
          for (const tensor of Object.values(result.state ?? {})) tf.keep(tensor);
          return result.state;
        });
        if (!next) return;
        const kept = new Set(Object.values(next));
        for (const tensor of Object.values(state)) if (!kept.has(tensor)) tensor.dispose();
        state = next;
      };
      for (let step = 0; step < 10; step++) take(step);
      const { numTensors, numBytes, numDataBuffers } = tf.memory();
      for (let step = 0; step < manySteps; step++) take(step);
      expect(tf.memory()).toMatchObject({ numTensors, numBytes, numDataBuffers });
    });

    test('goes on identically from a state that went through JSON', async () => {
      const random = fc.sample(arbitrary, { numRuns: 24, seed: 7 });
      const given = context();
      const results = steps(row.make(), random, given);
      const state = clipStateFromJson(await clipStateToJson(results[11]?.state ?? {}));
      const continued = steps(row.make(), random.slice(12), { ...given, state });
      expect(outcomes(continued)).toEqual(outcomes(results.slice(12)));
    });
  });
});

test.each(titled)('$title is named after its factory', (row) => {
  expect(row.make().name).toMatch(new RegExp(`^${row.of}\\(.*\\)$`));
});

test.each(titled.filter(({ policies = true, of }) => policies && of !== 'chain'))(
  '$title refuses a policy that there is not, as plain JavaScript may pass it',
  (row) => {
    expect(() => row.make({ nonFinite: 'drop' as never })).toThrow(
      new RangeError(`${row.of}: nonFinite must be 'skip', 'zero' or 'propagate', got drop`),
    );
  },
);

test.each(titled.filter(({ of }) => of !== 'centralize'))(
  '$title hands calm gradients on without a copy where all is done on the host',
  async (row) => {
    await tf.setBackend('cpu');
    const strategy = row.make();
    const given = context();
    const warmUp = steps(strategy, new Array(row.warmUpSteps ?? 0).fill(calm), given);
    const state = warmUp.at(-1)?.state ?? strategy.initialState?.(given.weights) ?? {};
    const gradients = toTensors(calm);
    const clipped = strategy.apply(gradients, { ...given, state, step: 0 }).gradients;
    for (const [name, { dataId }] of Object.entries(clipped)) expect(dataId).toBe(gradients[name]?.dataId);
  },
);

test.each(titled)('$title computes the same on every backend', async (row) => {
  const random = fc.sample(arbitrary, { numRuns: 20, seed: 11 });
  const perBackend: Outcome[][] = [];
  for (const backend of backends) {
    await tf.setBackend(backend);
    perBackend.push(afterCalm(row, random));
  }
  const [reference = [], ...others] = perBackend;
  for (const other of others) {
    other.forEach(({ gradients, accept }, i) => {
      expect(accept).toBe(reference[i]?.accept);
      // Memories of norms carry their rounding on from step to step.
      expectClose(all(gradients), all(reference[i]?.gradients ?? {}), 1e-5);
    });
  }
});
