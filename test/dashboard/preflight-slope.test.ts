import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { preflight } from 'gradient-health';
import { renderHtml } from 'gradient-health/dashboard';
import { beforeAll, describe, expect, test } from 'vitest';
import { createFollower } from '../../src/dashboard/page/follow-news.js';
import type { Picture } from '../../src/dashboard/picture.js';
import { type PageProfile, preflightSlope } from '../../src/dashboard/preflight-slope.js';
import type { Report } from '../../src/record/finding.js';
import { chain, history } from '../rules/histories.js';

const signal = (path: string, gradient: number | null, predictedRatio: number | null) => ({
  path,
  gradient,
  predictedRatio,
});
const slopes = { slope: -2, weightSlope: -0.5, activationSlope: -1.5 };

describe('the slope before training', () => {
  test('is in decades by the place of each layer, and beside it what was foretold', () => {
    const profile: PageProfile = {
      layers: [signal('a', 1e-6, 1e-3), signal('b', 1e-4, null), signal('c', 1e-2, 1)],
      ...slopes,
    };
    expect(preflightSlope(profile, (path) => 'abc'.indexOf(path))).toEqual({
      // 1e-3 and 1 of the 1e-2 at the last layer.
      points: [
        { layer: 0, measured: -6, foretold: -5 },
        { layer: 1, measured: -4, foretold: null },
        { layer: 2, measured: -2, foretold: -2 },
      ],
      // -6 at place 1, two decades more with each further one.
      line: { at: -8, perLayer: 2 },
      ...slopes,
    });
  });

  test('has no line where a gradient is missing, and is nothing where all are', () => {
    const none = { slope: null, weightSlope: null, activationSlope: null };
    const some = { layers: [signal('a', 0, null), signal('b', 1, null)], ...none };
    expect(preflightSlope(some, () => 0)).toEqual({
      points: [
        { layer: 0, measured: null, foretold: null },
        { layer: 0, measured: 0, foretold: null },
      ],
      ...none,
    });
    expect(preflightSlope({ layers: [signal('a', null, 1)], ...none }, () => 0)).toBeUndefined();
    expect(preflightSlope({ layers: [], ...none }, () => 0)).toBeUndefined();
  });
});

describe('the page of what preflight reports', () => {
  const pictureOf = (html: string): Picture =>
    createFollower()(JSON.parse(/id="news">([\s\S]*?)<\/script>/.exec(html)?.[1] ?? 'null'));
  let looked: Awaited<ReturnType<typeof preflight>>;
  beforeAll(async () => {
    await tf.setBackend('cpu');
    const model = tfl.sequential();
    for (let depth = 1; depth <= 5; depth++) {
      const kernelInitializer = tfl.initializers.glorotUniform({ seed: depth });
      const input = depth === 1 ? { inputShape: [4] } : {};
      model.add(
        tfl.layers.dense({
          name: `hidden_${depth}`,
          units: 8,
          activation: 'sigmoid',
          kernelInitializer,
          ...input,
        }),
      );
    }
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    looked = await preflight(model, tf.randomNormal([16, 4], 0, 1, 'float32', 1), tf.zeros([16, 8]));
    model.dispose();
  });

  test('draws the slope that it measured, and no second one from the step that was not taken', () => {
    const { preflight: drawn, slope, layers } = pictureOf(renderHtml(looked));
    expect(drawn?.slope).toBe(looked.profile.slope);
    expect(drawn?.points.map(({ layer }) => layers[layer]?.name)).toEqual(
      looked.profile.layers.map(({ path }) => path),
    );
    expect(drawn?.points.every(({ measured }) => measured !== null)).toBe(true);
    expect(slope).toBeUndefined();
  });

  test('draws it beside what the training became, where a report carries both', () => {
    const run = history({
      steps: 3,
      model: chain([{ path: 'hidden_1' }, { path: 'hidden_2' }, { path: 'hidden_3' }]),
      gradients: () => ({ 'hidden_1/kernel': 1, 'hidden_2/kernel': 1, 'hidden_3/kernel': 1 }),
    });
    const trained: Report = { run, findings: [], verdict: 'fine' };
    const both = pictureOf(renderHtml({ ...trained, profile: looked.profile }));
    expect([both.preflight?.slope, both.slope?.lastStep]).toEqual([looked.profile.slope, 2]);
    expect(pictureOf(renderHtml(trained)).preflight).toBeUndefined();
  });
});
