import { describe, expect, test } from 'vitest';
import type { StepRecord, TensorStats } from '../../src/record/run.js';
import {
  activationProfile,
  belowSince,
  compare,
  type DepthProfile,
  kernelProfile,
  type Probe,
  ratioIn,
  vectorProfile,
} from '../../src/rules/depth-profile.js';
import { chain, type Gradient, history, stats } from './histories.js';

const steps = (count: number): readonly StepRecord[] => history({ steps: count }).steps;
const newest = (run: { steps: readonly StepRecord[] }): StepRecord => run.steps.at(-1)!;
/** A place with one norm for each record. */
const place = (...norms: readonly (number | undefined)[]): Probe => ({
  path: 'place',
  facts: null,
  normIn: ({ step }) => norms[step],
});
/** Paths of the hidden places, and of the output they are compared with. */
const paths = (profile: DepthProfile | null) =>
  profile && [profile.hidden.map(({ path }) => path), profile.output.path];

describe('kernelProfile', () => {
  const model = chain([{ path: 'a' }, { path: 'b' }, { path: 'c' }]);
  const kernels = (norms: Readonly<Record<string, Gradient>>) =>
    Object.fromEntries(Object.entries(norms).map(([path, norm]) => [`${path}/kernel`, norm]));
  const run = (norms: Readonly<Record<string, Gradient>>, facts: typeof model | null = model) =>
    history({ steps: 3, model: facts, gradients: () => kernels(norms) });

  test('leaves out weights of layers that the model does not have', () => {
    expect(paths(kernelProfile(run({ a: 1, c: 1, stranger: 1 })))).toEqual([['a'], 'c']);
    expect(kernelProfile(run({ stranger: 1, other: 1 }))).toBeNull();
  });

  test('needs a hidden layer beside the output', () => {
    expect(kernelProfile(run({ c: 1 }))).toBeNull();
    expect(kernelProfile(run({}))).toBeNull();
  });

  test('compares with what the model returns, wherever that is', () => {
    const [a, b, c] = model.layers;
    const early = { ...model, layers: [a!, { ...b!, isOutput: true }, { ...c!, isOutput: false }] };

    expect(paths(kernelProfile(run({ a: 1, b: 2, c: 3 }, early)))).toEqual([['a', 'c'], 'b']);
  });

  test('and where no weights are there, with the deepest layers that have some', () => {
    const open = { ...model, layers: model.layers.map((layer) => ({ ...layer, isOutput: false })) };
    const forked = { ...open, layers: open.layers.map((layer, i) => ({ ...layer, depth: Math.min(i, 1) })) };

    expect(paths(kernelProfile(run({ a: 9, b: 2, c: 3 }, open)))).toEqual([['a', 'b'], 'c']);
    expect(paths(kernelProfile(run({ a: 9, b: 2, c: 3 }, forked)))).toEqual([['a'], 'b']);
  });

  test('and without a model, with one layer of the largest gradient in the newest record', () => {
    const moving = history({
      steps: 3,
      gradients: (step) => kernels(step === 2 ? { a: 1, b: 7, c: null } : { a: 7, b: 1, c: 1 }),
    });

    expect(paths(kernelProfile(moving))).toEqual([['a', 'c'], 'b']);
    expect(paths(kernelProfile(run({ a: 1, b: 1, c: 1 }, null)))).toEqual([['b', 'c'], 'a']);
    expect(kernelProfile(run({ a: 1, b: Number.NaN }, null))).toBeNull();
  });

  test('takes the output bias in, and that of hidden layers not', () => {
    const profile = kernelProfile(
      history({
        steps: 1,
        model,
        gradients: () => ({ 'a/kernel': 3, 'a/bias': 4, 'c/kernel': 3, 'c/bias': 4 }),
      }),
    )!;

    expect(profile.hidden[0]?.normIn(steps(1)[0]!)).toBeUndefined();
    const record = history({
      steps: 1,
      gradients: () => ({ 'a/kernel': 3, 'a/bias': 4, 'c/kernel': 3, 'c/bias': 4 }),
    }).steps[0]!;
    expect([profile.hidden[0]?.normIn(record), profile.output.normIn(record)]).toEqual([3, 5]);
  });

  // Each row: norms at the three outputs of a forked model, and the largest.
  test.each([
    [[1, 5, 2], 5],
    [[5, 1, 2], 5],
    [[1, 2, 5], 5],
    [[null, 3, null], 3],
    [[3, null, 1], 3],
    [[0, 0, 0], 0],
    [[null, null, null], undefined],
    [[Number.NaN, 1, 2], Number.NaN],
    [[1, 2, Number.NaN], Number.NaN],
  ] as const)('of several outputs with norms %j the largest counts', ([first, second, third], largest) => {
    const outputs = ['x', 'y', 'z'].map((path) => ({ path, depth: 1, isOutput: true }));
    const forked = run({ a: 1, x: first, y: second, z: third }, chain([{ path: 'a' }, ...outputs]));
    const profile = kernelProfile(forked)!;

    expect(paths(profile)).toEqual([['a'], 'x']);
    expect(profile.output.normIn(newest(forked))).toEqual(largest);
  });

  test('vectorProfile compares biases alone', () => {
    const biased = history({
      steps: 1,
      model,
      gradients: () => ({ 'a/kernel': 1, 'b/kernel': 1, 'b/bias': 4, 'c/kernel': 3, 'c/bias': 8 }),
    });
    const profile = vectorProfile(biased)!;

    expect(paths(profile)).toEqual([['b'], 'c']);
    expect(profile.hidden[0]?.normIn(newest(biased))).toBe(4);
    expect(profile.output.normIn(newest(biased))).toBe(8);
  });
});

describe('activationProfile', () => {
  // Listed out of order, as a facts file may be; made anew each time, so that no test sees what another sorted.
  const model = () =>
    chain([
      { path: 'late', depth: 2, isOutput: false },
      { path: 'b', depth: 1, isOutput: false },
      { path: 'a', depth: 1, isOutput: false },
      { path: 'first', depth: 0, isOutput: false },
      { path: 'c', depth: 1, isOutput: false },
      { path: 'out', depth: 3, isOutput: true },
    ]);
  const every = model().layers.map(({ path }) => path);
  const tapped = (seen: (step: number) => readonly string[], gradient: TensorStats | null = stats(2)) =>
    history({
      steps: 3,
      model: model(),
      change: (record) => ({
        ...record,
        layers: Object.fromEntries(
          seen(record.step).map((path) => [path, { output: stats(1), outputGradient: gradient }]),
        ),
      }),
    });
  const profileOf = (run: ReturnType<typeof tapped>) => activationProfile(run, run.steps);

  test('goes by depth, then by path', () => {
    expect(paths(profileOf(tapped(() => every)))).toEqual([['first', 'a', 'b', 'c', 'late'], 'out']);
  });

  test('holds the layers that the newest record has seen', () => {
    const growing = tapped((step) => (step === 2 ? ['late', 'out'] : every));

    expect(paths(profileOf(growing))).toEqual([['late'], 'out']);
  });

  test('needs an output, a hidden layer, a model, taps and records', () => {
    const all = tapped(() => every);

    expect(profileOf(tapped(() => ['a', 'b']))).toBeNull();
    expect(profileOf(tapped(() => ['out']))).toBeNull();
    expect(activationProfile({ ...all, model: null }, all.steps)).toBeNull();
    expect(activationProfile(all, steps(3))).toBeNull();
    expect(activationProfile(all, [])).toBeNull();
  });

  test('knows no norm where no gradient came, or a record has not seen the layer', () => {
    const run = tapped(() => every);
    const first = profileOf(run)?.hidden[0];

    expect(first?.normIn(newest(run))).toBe(2);
    expect(first?.normIn(newest(tapped(() => every, null)))).toBeUndefined();
    expect(first?.normIn(newest(tapped(() => ['out'])))).toBeUndefined();
    expect(first?.normIn(steps(1)[0]!)).toBeUndefined();
  });
});

describe('compare', () => {
  test('takes geometric means over the records that hold both norms', () => {
    const compared = compare(place(1, 4, undefined, 9), place(4, 4, 4, Number.NaN), steps(4));

    expect(compared.ratios).toEqual([0.25, 1]);
    expect([compared.norm, compared.outputNorm, compared.ratio]).toEqual([
      expect.closeTo(2, 12),
      expect.closeTo(4, 12),
      expect.closeTo(0.5, 12),
    ]);
  });

  test('is 0 where one of the ratios is', () => {
    expect(compare(place(0, 4), place(1, 1), steps(2))).toMatchObject({ ratios: [0, 4], ratio: 0, norm: 0 });
  });

  // Each row: the norm at a place, that at the output, and what is known of their ratio.
  test.each([
    [1, 4, 0.25],
    [0, 4, 0],
    [undefined, 1, undefined],
    [1, undefined, undefined],
    [1, 0, undefined],
    [0, 0, undefined],
    [Number.NaN, 1, undefined],
    [1, Number.NaN, undefined],
    [Number.POSITIVE_INFINITY, 1, undefined],
    [1, Number.POSITIVE_INFINITY, undefined],
  ])('%s over %s is known only where both are finite and the output gets some', (norm, output, ratio) => {
    expect(ratioIn(steps(1)[0]!, place(norm), place(output))).toBe(ratio);
  });
});

describe('belowSince', () => {
  const since = (...ratios: readonly (number | undefined)[]) =>
    belowSince(steps(ratios.length), place(...ratios), place(...ratios.map(() => 1)), 0.5);

  // 0.5 is the threshold, and 5 ends a stretch.
  test.each([
    [[0.1, 0.1, 0.1], 0],
    [[9, 0.1, 0.1], 1],
    [[0.1, 5, 0.1, 0.1], 2],
    [[0.1, 4.9, 0.1, 0.1], 0],
    [[4, 0.1, 0.1], 1],
    [[0.5, 0.1, 0.1], 1],
    [[0.1, undefined, 0.1], 0],
    [[undefined, 0.1, 0.1], 1],
    [[1, 1, 1], 2],
    [[9, 9, 9], 2],
  ])('of the ratios %j', (ratios, step) => {
    expect(since(...ratios)).toBe(step);
  });

  test('is 0 without records', () => {
    expect(since()).toBe(0);
  });
});
