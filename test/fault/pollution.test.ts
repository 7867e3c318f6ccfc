import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import fc from 'fast-check';
import {
  clipByGlobalNorm,
  clipStateFromJson,
  clipStateToJson,
  diagnose,
  fromJson,
  jsonlSink,
  mergeRuns,
  readJsonl,
  suggestClip,
  theory,
  toJson,
  toMarkdown,
  toText,
  watch,
} from 'gradient-health';
import { renderHtml } from 'gradient-health/dashboard';
import { tensorBoardSink } from 'gradient-health/tensorboard';
import { beforeEach, describe, expect, test } from 'vitest';
import { anyRun } from '../record/runs.js';
import { data } from '../watch/models.js';

// Names of layers and keys of records may be those of Object.prototype: they are names like any other, and change nothing.

/** `__proto__` is refused by tfjs itself; in records that come from elsewhere it is tried below. */
const names = ['constructor', 'toString', 'hasOwnProperty', 'valueOf', 'prototype'] as const;
const properties = Reflect.ownKeys(Object.prototype).map((key) => [
  key,
  Object.getOwnPropertyDescriptor(Object.prototype, key),
]);
const expectUnpolluted = (): void => {
  expect(
    Reflect.ownKeys(Object.prototype).map((key) => [
      key,
      Object.getOwnPropertyDescriptor(Object.prototype, key),
    ]),
  ).toEqual(properties);
};

beforeEach(() => tf.setBackend('cpu'));

/** Two layers, of which tfjs takes the second name as it is. */
function model(name: string): tfl.Sequential {
  const seeded = (seed: number) => tfl.initializers.glorotUniform({ seed });
  const made = tfl.sequential({
    layers: [
      tfl.layers.dense({ name: 'first', units: 3, inputShape: [4], kernelInitializer: seeded(1) }),
      tfl.layers.dense({ name, units: 1, activation: 'sigmoid', kernelInitializer: seeded(2) }),
    ],
  });
  made.compile({ optimizer: tf.train.sgd(0.1), loss: 'meanSquaredError' });
  return made;
}

describe.each(names.map((name) => ({ name })))('a layer called $name', ({ name }) => {
  test('is watched, clipped, recorded, judged, told and drawn like any other', async () => {
    const { x, y } = data();
    const lines: string[] = [];
    const watched = async (of: tfl.Sequential) => {
      const monitor = watch(of, {
        quiet: true,
        clip: clipByGlobalNorm(1e-3),
        histograms: 1,
        activations: 1,
        sinks: [jsonlSink((line) => void lines.push(line)), tensorBoardSink(() => {})],
      });
      await of.fit(x, y, { epochs: 3, batchSize: 32, shuffle: false, verbose: 0 });
      await monitor.stop();
      return monitor;
    };
    const [monitor, plain] = [await watched(model(name)), await watched(model('last'))];
    expect(monitor.findings.map(({ rule }) => rule)).toEqual(plain.findings.map(({ rule }) => rule));
    const renamed = toJson(plain.run).replaceAll(/"last(\/\w+)?"/g, (_, rest = '') =>
      JSON.stringify(name + rest),
    );
    /** Clocks differ. */
    const timeless = (text: string): unknown =>
      JSON.parse(text, (key, value) => (key === 'wallTimeMs' || key === 'watchShare' ? 0 : value));
    expect(timeless(toJson(monitor.run))).toEqual(timeless(renamed));

    const [run, logged] = [
      fromJson(toJson(monitor.run)),
      readJsonl(lines.slice(0, lines.length / 2).join('')),
    ];
    expect(run.steps).toEqual(monitor.records);
    expect(logged.steps).toEqual(monitor.records);
    const report = diagnose(mergeRuns(run, logged));
    for (const view of [toText, toMarkdown, renderHtml]) expect(view(report)).toContain(name);
    expect(suggestClip(run).limit).toBeGreaterThan(0);
    if (run.model) theory.predictGradients(run.model);
    expectUnpolluted();
  });
});

test('runs with any keys are merged, judged, told and drawn, and change nothing', () => {
  fc.assert(
    fc.property(anyRun, anyRun, (a, b) => {
      const report = diagnose(mergeRuns(fromJson(toJson(a)), fromJson(toJson(b))));
      for (const view of [toText, toMarkdown, renderHtml]) view(report);
      suggestClip(report.run);
      expectUnpolluted();
    }),
    { numRuns: 100 },
  );
});

test('a saved state of a clip with keys of Object.prototype comes back with them as its own', async () => {
  const json = '{"__proto__":{"shape":[1],"values":[1]},"constructor":{"shape":[],"values":["NaN"]}}';
  const state = clipStateFromJson(json);
  expect(Object.keys(state)).toEqual(['__proto__', 'constructor']);
  expect(Object.getPrototypeOf(state)).toBe(Object.prototype);
  expect(await clipStateToJson(state)).toBe(json);
  tf.dispose(Object.values(state));
  expectUnpolluted();
});

test('JSON that means to pollute reaches no prototype', () => {
  const evil = '"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}';
  const facts = `{"schema":1,"model":null,"backend":null,"data":null,${evil}}`;
  fromJson(`{"schema":1,"model":null,"backend":null,"data":null,"steps":[],${evil}}`);
  readJsonl(`{"facts":${facts},${evil}}\n{"note":{${evil}}}\n`, { skipBroken: true });
  expect('polluted' in {}).toBe(false);
  expectUnpolluted();
});
