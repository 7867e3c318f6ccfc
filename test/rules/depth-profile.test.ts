import { describe, expect, test } from 'vitest';
import type { ModelFacts, Run, StepRecord } from '../../src/record/run.js';
import {
  activationProfile,
  belowSince,
  compare,
  type DepthProfile,
  kernelProfile,
  ratioIn,
  vectorProfile,
} from '../../src/rules/depth-profile.js';
import { chain, type Gradient, history, stats } from './histories.js';

const three = chain([{ path: 'first' }, { path: 'second' }, { path: 'out' }]);
const norms = { 'first/kernel': 1, 'first/bias': 2, 'second/kernel': 3, 'out/kernel': 4, 'out/bias': 3 };

function runOf(gradients: Readonly<Record<string, Gradient>>, model: ModelFacts | null = three): Run {
  return history({ steps: 2, model, gradients: () => gradients });
}

/** Paths and norms of a profile, the output last. */
function read(profile: DepthProfile | null, { steps }: Run): unknown {
  const probes = profile && [...profile.hidden, profile.output];
  return probes?.map(({ path, normIn }) => [path, normIn(steps[0] as StepRecord)]) ?? null;
}

describe('gradients by depth', () => {
  test('are those of kernels, at the output with its bias', () => {
    const run = runOf(norms);
    expect(read(kernelProfile(run), run)).toEqual([
      ['first', 1],
      ['second', 3],
      ['out', 5],
    ]);
  });

  test('are those of biases and the like in the layers that have some', () => {
    const run = runOf(norms);
    expect(read(vectorProfile(run), run)).toEqual([
      ['first', 2],
      ['out', 3],
    ]);
  });

  test('leave out weights that are in no layer of the model', () => {
    const run = runOf({ ...norms, 'stray/kernel': 9 });
    expect(read(kernelProfile(run), run)).toHaveLength(3);
  });

  test('are none without a hidden layer, or without any', () => {
    expect(kernelProfile(runOf({ 'out/kernel': 1 }))).toBeNull();
    expect(kernelProfile(runOf({}))).toBeNull();
    expect(vectorProfile(runOf({ 'first/kernel': 1, 'out/bias': 1 }))).toBeNull();
  });

  test('take the largest of several outputs for the output, and the place of the first of them', () => {
    const outputs = chain([
      { path: 'first' },
      { path: 'small', isOutput: true },
      { path: 'large', isOutput: true },
    ]);
    const at = (small: Gradient, large: Gradient) => {
      const run = runOf({ 'first/kernel': 1, 'small/kernel': small, 'large/kernel': large }, outputs);
      return read(kernelProfile(run), run);
    };

    expect(at(2, 7)).toEqual([
      ['first', 1],
      ['small', 7],
    ]);
    expect(at(7, 2)).toContainEqual(['small', 7]);
    expect(at(null, 2)).toContainEqual(['small', 2]);
    expect(at(2, null)).toContainEqual(['small', 2]);
    expect(at(null, null)).toContainEqual(['small', undefined]);
    expect(at(Number.NaN, Number.NaN)).toContainEqual(['small', Number.NaN]);
  });

  test('take the deepest layers with weights for the output where that has none', () => {
    const flat = chain([{ path: 'first' }, { path: 'second' }, { path: 'softmax' }]);
    const run = runOf({ 'first/kernel': 1, 'second/kernel': 3 }, flat);

    expect(read(kernelProfile(run), run)).toEqual([
      ['first', 1],
      ['second', 3],
    ]);
  });

  test('without a model take the layer of the largest gradient now for the output, the first of equals', () => {
    const gradients = (step: number) => ({ a: step === 1 ? 5 : 1, b: step === 1 ? 2 : 9, c: 5 });
    const run = history({ steps: 2, gradients });
    const profile = kernelProfile(run);

    expect(profile?.hidden.map(({ path }) => path)).toEqual(['b', 'c']);
    expect(profile?.output.path).toBe('a');
  });
});

describe('gradients of outputs by depth', () => {
  const tapped = (...paths: string[]): Run => {
    const layers = Object.fromEntries(
      paths.map((path, i) => [path, { output: stats(1), outputGradient: stats(i + 1) }]),
    );
    return history({ steps: 2, model: three, change: (record) => ({ ...record, layers }) });
  };
  const readAll = (run: Run) => read(activationProfile(run, run.steps), run);

  test('are those of the tapped layers, by depth and then by path, whatever order they are recorded in', () => {
    const run = tapped('out', 'second', 'first');
    const side = { ...three.layers[1], path: 'beside' } as ModelFacts['layers'][number];
    const wide = (layers: ModelFacts['layers']): Run => ({
      ...tapped('out', 'second', 'first', 'beside'),
      model: { ...three, layers },
    });

    expect(readAll(run)).toEqual([
      ['first', 3],
      ['second', 2],
      ['out', 1],
    ]);
    const ordered = [
      ['first', 3],
      ['beside', 4],
      ['second', 2],
      ['out', 1],
    ];
    expect(readAll(wide([...three.layers, side]))).toEqual(ordered);
    expect(readAll(wide([side, ...[...three.layers].reverse()]))).toEqual(ordered);
  });

  test('leave out layers that are not tapped, and are none without a hidden one or an output', () => {
    expect(readAll(tapped('out', 'first'))).toEqual([
      ['first', 2],
      ['out', 1],
    ]);
    expect(readAll(tapped('out'))).toBeNull();
    expect(readAll(tapped('first', 'second'))).toBeNull();
    expect(readAll({ ...tapped('first', 'out'), model: null })).toBeNull();
  });

  test('are missing in records without them', () => {
    const run = tapped('first', 'out');
    const { layers: _layers, ...bare } = run.steps[0] as StepRecord;
    const profile = activationProfile(run, run.steps);

    expect(profile?.hidden[0]?.normIn(bare)).toBeUndefined();
    expect(profile?.hidden[0]?.normIn({ ...bare, layers: {} })).toBeUndefined();
    expect(activationProfile(run, [])).toBeNull();
  });
});

describe('a gradient beside that at the output', () => {
  const run = (place: readonly Gradient[], output: readonly Gradient[]) =>
    history({
      steps: place.length,
      model: chain([{ path: 'first' }, { path: 'out' }]),
      gradients: (step) => ({ 'first/kernel': place[step] ?? null, 'out/kernel': output[step] ?? null }),
    });
  const probes = (of: Run) => {
    const profile = kernelProfile(of);
    if (!profile?.hidden[0]) throw new Error('a profile was expected');
    return [profile.hidden[0], profile.output] as const;
  };
  const ratio = (place: Gradient, output: Gradient) => {
    const of = run([place], [output]);
    return ratioIn(of.steps[0] as StepRecord, ...probes(of));
  };

  test('is their ratio, and none where either is missing, it is not finite, or no gradient leaves the output', () => {
    expect(ratio(1, 4)).toBe(0.25);
    expect(ratio(0, 4)).toBe(0);
    expect(ratio(1, Infinity)).toBe(0);
    expect(ratio(null, 4)).toBeUndefined();
    expect(ratio(1, null)).toBeUndefined();
    expect(ratio(1, 0)).toBeUndefined();
    expect(ratio(0, 0)).toBeUndefined();
    expect(ratio(Number.NaN, 4)).toBeUndefined();
  });

  test('is told by geometric means over the records that have it', () => {
    const of = run([1, null, 4], [10, 10, 1]);
    const comparison = compare(...probes(of), of.steps);

    expect(comparison.ratios).toEqual([0.1, 4]);
    expect(comparison.norm).toBeCloseTo(2, 12);
    expect(comparison.outputNorm).toBeCloseTo(Math.sqrt(10), 12);
    expect(comparison.ratio).toBeCloseTo(2 / Math.sqrt(10), 12);
  });

  describe('has been below a threshold', () => {
    const since = (ratios: readonly Gradient[]) => {
      const of = run(
        ratios,
        ratios.map(() => 1),
      );
      return belowSince(of.steps, ...probes(of), 0.1);
    };

    test('since the first record of the stretch up to now', () => {
      expect(since([5, 0.01, 0.01, 0.01])).toBe(1);
      expect(since([0.01, 5, 0.01, 0.01])).toBe(2);
    });

    test('single batches up to ten times above it aside', () => {
      expect(since([5, 0.01, 0.99, 0.01])).toBe(1);
      expect(since([5, 0.01, 1, 0.01])).toBe(3);
      expect(since([5, 0.1, 0.01])).toBe(2);
    });

    test('records without it aside, and now at the latest', () => {
      expect(since([5, 0.01, null, 0.01])).toBe(1);
      expect(since([5, 5, 5])).toBe(2);
    });
  });
});
