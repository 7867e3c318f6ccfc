import { describe, expect, test } from 'vitest';
import { layerPathsOf } from '../../src/dashboard/layer-paths.js';
import { createFollower } from '../../src/dashboard/page/follow-news.js';
import type { Picture } from '../../src/dashboard/picture.js';
import { createSketch } from '../../src/dashboard/sketch.js';
import type { Report } from '../../src/record/finding.js';
import type { Run, StepRecord } from '../../src/record/run.js';
import { summarize } from '../../src/stats/summarize.js';
import { chain, history, stats } from '../rules/histories.js';

const reportOf = (run: Run): Report => ({ run, findings: [], verdict: 'As it is.' });
const pictureOf = (run: Run): Picture => {
  const sketch = createSketch(layerPathsOf(run.model));
  for (const record of run.steps) sketch.add(record);
  return createFollower()(sketch.news(reportOf(run)));
};
const names = (picture: Picture, rows: readonly number[] = []): string[] =>
  rows.map((layer) => picture.layers[layer]!.name);

describe('gradients by layer', () => {
  test('are log10 of the norm over all weights of the layer, in depth order', () => {
    const run = history({
      steps: 2,
      model: chain([{ path: 'first' }, { path: 'last' }]),
      // The record names the last layer first. 3-4-5: log10 5 = 0.69897.
      gradients: () => ({ 'last/kernel': 100, 'first/kernel': 3, 'first/bias': 4 }),
    });
    const picture = pictureOf(run);
    expect(names(picture, picture.gradient?.rows)).toEqual(['first', 'last']);
    expect(picture.gradient?.values).toEqual([
      [0.699, 0.699],
      [2, 2],
    ]);
    expect(picture.columns).toEqual([0, 1]);
  });

  test('of several steps in one column are their geometric mean', () => {
    const run = history({ steps: 401, gradients: (step) => ({ 'a/kernel': step % 2 === 0 ? 1 : 100 }) });
    const picture = pictureOf(run);
    expect(picture.columnWidth).toBe(2);
    expect(picture.columns.length).toBe(201);
    // 1 and 100 are 10 in the mean; the last column holds one step.
    expect(picture.gradient?.values[0]?.slice(0, 3)).toEqual([1, 1, 1]);
    expect(picture.gradient?.values[0]?.at(-1)).toBe(0);
  });

  test('mark NaN before infinite before 0, in runs of columns, and keep the finite steps beside them', () => {
    const norms = [0, 0, 1, Number.NaN, Number.NaN, Number.POSITIVE_INFINITY];
    const picture = pictureOf(history({ steps: 6, gradients: (step) => ({ 'a/kernel': norms[step]! }) }));
    expect(picture.gradient?.values).toEqual([[null, null, 0, null, null, null]]);
    expect(picture.gradient?.marks).toEqual([
      { row: 0, from: 0, to: 1, kind: 'zero' },
      { row: 0, from: 3, to: 4, kind: 'nan' },
      { row: 0, from: 5, to: 5, kind: 'infinite' },
    ]);
    expect(picture.globalNorm?.nonFinite).toEqual([3, 4, 5]);
  });

  test('leave a layer out that no gradient ever reached', () => {
    const picture = pictureOf(
      history({ steps: 1, gradients: () => ({ 'a/kernel': 1, 'frozen/kernel': null }) }),
    );
    expect(names(picture, picture.gradient?.rows)).toEqual(['a']);
  });
});

test('the update ratio is that of all weights of a layer together', () => {
  // The history makes weights of norm 1 and updates of 1 % of the gradient: 0.05 / sqrt(2) = 0.03536, log10 -1.4515.
  const picture = pictureOf(history({ steps: 1, gradients: () => ({ 'a/kernel': 3, 'a/bias': 4 }) }));
  expect(picture.update?.values).toEqual([[-1.452]]);
});

describe('histograms', () => {
  const withBins = (bins: readonly (readonly [number, number])[], size: number, zeros = 0, nans = 0) => ({
    ...stats(1, size),
    ...{ zeros, nans },
    histogram: { bins },
  });

  test('join both signs and both halves of an octave, and count zeros and NaN beside them', () => {
    // Bins 254 and 255 are 1 to 2, 766 is -1 to -1.5, 256 is 2 to 3: octaves 2^0 with 3 + 1 + 2 and 2^1 with 2 of ten.
    const gradient = withBins(
      [
        [254, 3],
        [255, 1],
        [256, 2],
        [766, 2],
      ],
      10,
      1,
      1,
    );
    const picture = pictureOf(history({ steps: 1, gradients: () => ({ 'a/kernel': gradient }) }));
    expect(picture.histograms?.layers).toEqual([
      { layer: 0, lowest: 0, shares: [[6000, 2000]], elements: [10], zeros: [1], infinite: [0], nans: [1] },
    ]);
  });

  test('show a single element among millions', () => {
    const gradient = withBins(
      [
        [254, 1],
        [300, 9_999_999],
      ],
      10_000_000,
    );
    const picture = pictureOf(history({ steps: 1, gradients: () => ({ 'a/kernel': gradient }) }));
    expect(picture.histograms?.layers[0]?.shares[0]?.[0]).toBe(1);
  });

  test('are left out where none was recorded', () => {
    expect(pictureOf(history({ steps: 3 })).histograms).toBeUndefined();
  });
});

test('the gradient through time is by time, then step, and long sequences share rows', () => {
  const norms = Array.from({ length: 100 }, (_, time) => 10 ** (time - 99));
  const through = (record: StepRecord): StepRecord => ({
    ...record,
    throughTime: {
      lstm: { hiddenGradientNorms: norms, gates: { forget: { mean: 0.75, saturatedShare: 0.1 } } },
    },
  });
  const [lstm] = pictureOf(history({ steps: 2, change: through })).recurrent;
  // 100 time steps in 50 rows of two: the last row is the mean of 10^-1 and 10^0.
  expect(lstm?.rowWidth).toBe(2);
  expect(lstm?.hidden.length).toBe(50);
  expect(lstm?.hidden.at(-1)).toEqual([-0.5, -0.5]);
  expect(lstm?.cell).toBeUndefined();
  expect(lstm?.gates).toEqual([{ name: 'forget', mean: [0.75, 0.75], saturated: [0.1, 0.1] }]);
});

test('the slope by depth is the line through the first record', () => {
  // 10^-6, 10^-4, 10^-2: two decades a layer.
  const run = history({
    steps: 3,
    model: chain([{ path: 'a' }, { path: 'b' }, { path: 'c' }]),
    gradients: (step) => ({
      'a/kernel': step === 0 ? 1e-6 : 1,
      'b/kernel': step === 0 ? 1e-4 : 1,
      'c/kernel': step === 0 ? 1e-2 : 1,
    }),
  });
  const { slope } = pictureOf(run);
  expect(slope?.line).toEqual({ at: -6, perLayer: 2 });
  expect(slope?.points.map(({ first, last }) => [first, last])).toEqual([
    [-6, 0],
    [-4, 0],
    [-2, 0],
  ]);
  expect(pictureOf({ ...run, model: null }).slope).toBeUndefined();
});

test('the clip is told by the share of steps that it changed and rejected', () => {
  const clipped = (record: StepRecord): StepRecord => ({
    ...record,
    clip: {
      name: 'clipByGlobalNorm',
      normAfter: 1,
      fired: record.step > 0,
      accepted: record.step < 2,
      cosine: 1,
    },
  });
  expect(pictureOf(history({ steps: 3, change: clipped })).clip).toEqual({
    name: 'clipByGlobalNorm',
    fired: [0, 1, 1],
    rejected: [0, 0, 1],
  });
});

test('a log in which the run was started again shows the later one from there on', () => {
  const [before, after] = [history({ steps: 6, loss: () => 1 }), history({ steps: 3, loss: () => 2 })];
  const sketch = createSketch(() => false);
  for (const record of [
    ...before.steps.slice(0, 5),
    ...after.steps.map((record) => ({ ...record, step: record.step + 2 })),
  ])
    sketch.add(record);
  expect(createFollower()(sketch.news(reportOf(after))).loss?.mean).toEqual([1, 1, 2, 2, 2]);
});

test('news are plain JSON, whatever was not finite', () => {
  const sick = history({
    steps: 4,
    loss: (step) => [1, Number.NaN, Number.POSITIVE_INFINITY, null][step]!,
    gradients: (step) => ({ 'a/kernel': step === 0 ? 1 : Number.NaN, 'b/kernel': Number.POSITIVE_INFINITY }),
  });
  const sketch = createSketch(() => false);
  for (const record of sick.steps) sketch.add(record);
  const news = sketch.news(reportOf(sick));
  expect(JSON.parse(JSON.stringify(news))).toEqual(news);
});

test('a run of no steps has a verdict and nothing else', () => {
  const picture = pictureOf(history({ steps: 0 }));
  expect(picture).toMatchObject({
    state: 'empty',
    verdict: 'As it is.',
    columns: [],
    recurrent: [],
    layers: [],
  });
  expect(picture.gradient).toBeUndefined();
  expect(picture.loss).toBeUndefined();
});

describe('news since a time', () => {
  /** 1500 steps: columns are merged on the way, octaves are added as the gradient shrinks, and sequences get longer. */
  const run = history({
    steps: 1500,
    gradients: (step) => ({ 'a/kernel': summarize([2 ** (-step / 50), 1, step % 3], { histogram: true }) }),
    change: (record) => ({
      ...record,
      throughTime: {
        lstm: { hiddenGradientNorms: Array.from({ length: 40 + (record.step >> 4) }, (_, t) => t + 1) },
      },
    }),
  });
  /** Started again twice: once a little back, once far. */
  const steps = [
    ...run.steps.slice(0, 700),
    ...run.steps.slice(650, 1400),
    ...run.steps.slice(20, 90),
    ...run.steps.slice(90, 1500),
  ];

  test.each([1, 7, 300])('asked for after every %i records, show the same as all at once', (every) => {
    let now = 0;
    const sketch = createSketch(layerPathsOf(run.model), () => now);
    const follow = createFollower();
    let shown = -1;
    for (const record of steps) {
      now++;
      sketch.add(record);
      if (now % every !== 0) continue;
      const picture = follow(sketch.news(reportOf(run), shown));
      shown = now;
      if (now % 49 === 0) expect(picture).toEqual(createFollower()(sketch.news(reportOf(run))));
    }
    const picture = follow(sketch.news(reportOf(run), shown));
    expect(picture).toEqual(createFollower()(sketch.news(reportOf(run))));
    expect(picture.histograms?.layers).toHaveLength(1);
    expect(picture.recurrent[0]?.timeSteps).toBe(133);
  });

  test('hold the columns that changed, and no other', () => {
    let now = 0;
    const sketch = createSketch(layerPathsOf(run.model), () => now);
    for (const record of run.steps.slice(0, 300)) {
      now++;
      sketch.add(record);
    }
    const { steps, recurrent } = sketch.news(reportOf(run), 298).tails;
    expect([steps.from, steps.columns.map(({ start }) => start)]).toEqual([298, [298, 299]]);
    expect(recurrent.columns.map(({ start }) => start)).toEqual([296]);
    expect(sketch.news(reportOf(run), 300).tails.steps).toEqual({ from: 300, width: 1, columns: [] });
  });
});
