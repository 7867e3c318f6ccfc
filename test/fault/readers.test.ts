import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import {
  clipStateFromJson,
  diagnose,
  fromJson,
  importRecurrentWeights,
  layers,
  readJsonl,
  toJson,
  toMarkdown,
  toText,
} from 'gradient-health';
import { renderHtml } from 'gradient-health/dashboard';
import { beforeEach, describe, expect, test } from 'vitest';
import { chain, history, stats } from '../rules/histories.js';
import { fullRecord } from '../sinks/tensorboard/recorded.js';

// What comes from outside may be anything. It is read, or refused by name; nothing else happens.

beforeEach(() => tf.setBackend('cpu'));

const ownErrors = [SyntaxError, TypeError, RangeError];

/** Runs a reader; what it throws must be an error that starts with its name. */
function read<T>(name: string, reader: () => T): T | undefined {
  try {
    return reader();
  } catch (error) {
    const isOwn = ownErrors.some((kind) => error instanceof kind) && String(error).includes(`: ${name}: `);
    if (!isOwn) throw error;
    return undefined;
  }
}

const readers: Readonly<Record<string, (text: string) => unknown>> = {
  fromJson,
  readJsonl,
  clipStateFromJson,
};
const known = toJson({
  ...history({ steps: 0, model: chain([{ path: 'dense_1' }, { path: 'dense_2' }]) }),
  data: { input: stats(3), batchSize: 4 },
  steps: [0, 1, 2].map(fullRecord),
});
const log = [
  '{"facts":{"schema":1,"model":null,"backend":null,"data":null}}',
  ...(JSON.parse(known) as { steps: unknown[] }).steps.map((step) => JSON.stringify({ step })),
].join('\n');
const state = '{"norms":{"shape":[3],"values":[-1,"NaN",5]},"steps":{"shape":[],"values":["-0"]}}';

/** A text with a piece of it cut out, doubled, or replaced by another. */
const damaged = (text: string): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.nat(text.length),
      fc.nat(40),
      fc.oneof(fc.constantFrom('', '{', ']', '"', '-', '1e999', 'null', ','), fc.string()),
    )
    .map(([at, length, instead]) => text.slice(0, at) + instead + text.slice(at + length));

/** A parsed text with one value anywhere in it replaced by any other. */
const altered = (text: string): fc.Arbitrary<string> => {
  const places: (readonly [holder: string, value: string])[] = [];
  JSON.parse(text, function (this: object, key, value) {
    places.push([key, JSON.stringify(value)]);
    return value;
  });
  return fc.tuple(fc.nat(places.length - 2), fc.json()).map(([index, instead]) => {
    let at = 0;
    const replaced = JSON.parse(text, (_, value) => (at++ === index ? JSON.parse(instead) : value));
    return JSON.stringify(replaced);
  });
};

describe.each(Object.entries(readers))('%s reads or refuses by name', (name, reader) => {
  const sound = { fromJson: known, readJsonl: log, clipStateFromJson: state }[name] ?? '';

  test('any text', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.json(), damaged(sound)),
        (text) => void read(name, () => reader(text)),
      ),
      {
        numRuns: 500,
      },
    );
  });

  test('its own text with one value replaced by another', () => {
    const lines = sound.split('\n');
    const any = fc.oneof(
      ...lines.map((line, index) =>
        altered(line).map((other) => lines.map((own, at) => (at === index ? other : own)).join('\n')),
      ),
    );
    fc.assert(
      fc.property(any, (text) => void read(name, () => reader(text))),
      { numRuns: 500 },
    );
  });

  test('values nested deeper than the stack', () => {
    const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
    for (const text of [deep, sound.replace(/\[3\]|null|\[\]/, deep), `${sound}\n${deep}\n`]) {
      read(name, () => reader(text));
    }
  });
});

test('what readers let through can be diagnosed, told and drawn', () => {
  fc.assert(
    fc.property(altered(known), (text) => {
      const run = read('fromJson', () => fromJson(text));
      if (!run) return;
      const report = diagnose(run);
      for (const view of [toText, toMarkdown, renderHtml]) expect(view(report)).not.toBe('');
      expect(toJson(run)).toBe(toJson(fromJson(toJson(run))));
    }),
    { numRuns: 300 },
  );
});

test('a log with lines of any kind between its own is read but for them, where broken lines may be skipped', () => {
  const lines = log.split('\n');
  fc.assert(
    fc.property(fc.nat(lines.length - 1), fc.oneof(fc.string(), fc.json()), (at, odd) => {
      // An entry of a later version or a known kind is no broken line.
      fc.pre(!/"(facts|step|finding)"/.test(odd));
      const text = [...lines.slice(0, at + 1), odd.replaceAll(/[\r\n]/g, ' '), ...lines.slice(at + 1)].join(
        '\n',
      );
      const { steps } = readJsonl(text, { skipBroken: true });
      expect(steps.map(({ step }) => step)).toEqual([0, 1, 2]);
    }),
    { numRuns: 300 },
  );
});

describe('importRecurrentWeights', () => {
  const built = (cell: 'lstm' | 'gru') => {
    const layer = layers[cell]({ units: 2 });
    layer.apply(tf.zeros([1, 2, 3]));
    return layer;
  };
  const item = fc.oneof(
    fc.constantFrom<unknown>(
      undefined,
      null,
      true,
      'abc',
      Number.NaN,
      0,
      1,
      -1,
      0.5,
      {},
      [],
      [[]],
      [1, 'a'],
      [[1], [1, 2]],
    ),
    fc.array(fc.array(fc.double(), { minLength: 8, maxLength: 8 }), { minLength: 2, maxLength: 3 }),
    fc.constantFrom(3, 2, 6, 8).map((rows) => Array.from({ length: rows }, () => [1, 2, 3])),
  );
  const weights = fc.record(
    {
      from: fc.constantFrom<unknown>('pytorch', 'keras', 'onnx', 'torch', null, 5),
      weightIh: item,
      weightHh: item,
      biasIh: item,
      biasHh: item,
      kernel: item,
      recurrentKernel: item,
      bias: item,
      w: item,
      r: item,
      b: item,
      direction: item,
      linearBeforeReset: item,
    },
    { requiredKeys: ['from'] },
  );

  test('takes weights or refuses them by name, and then leaves the layer and the memory as they were', () => {
    fc.assert(
      fc.property(fc.constantFrom('lstm' as const, 'gru' as const), weights, (cell, given) => {
        const layer = built(cell);
        const before = layer.getWeights().map((weight) => [...weight.dataSync()]);
        const { numTensors } = tf.memory();
        let isRefused = true;
        read('importRecurrentWeights', () => {
          importRecurrentWeights(layer, given as never);
          isRefused = false;
        });
        expect(tf.memory().numTensors).toBe(numTensors);
        if (isRefused) expect(layer.getWeights().map((weight) => [...weight.dataSync()])).toEqual(before);
        tf.dispose(layer.weights.map((weight) => weight.read()));
      }),
      { numRuns: 400 },
    );
  });

  test('does not take what is missing for zeros, but for biases', () => {
    const layer = built('lstm');
    for (const given of [
      { from: 'pytorch', weightIh: tf.ones([8, 3]) },
      { from: 'keras', recurrentKernel: tf.ones([2, 8]) },
      { from: 'onnx', r: tf.ones([1, 8, 2]) },
    ]) {
      expect(() => importRecurrentWeights(layer, given as never)).toThrow(
        /^importRecurrentWeights: \w+ must /,
      );
    }
  });
});
