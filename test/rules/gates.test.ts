import { describe, expect, test } from 'vitest';
import type { LayerRecord, ModelFacts, StepRecord, ThroughTimeRecord } from '../../src/record/run.js';
import { classifier, failing } from './facts.js';
import { chain, history, stats } from './histories.js';
import { gateSaturation, saturatedActivation } from './told.js';

describe('gateSaturation', () => {
  type Gates = Readonly<Record<string, { readonly mean: number; readonly saturatedShare: number }>>;
  /** The gates of layers in each record; `null` for a layer that tells nothing of them. */
  type Layers = Readonly<Record<string, Gates | null>>;
  const telling =
    (layers: (step: number) => Layers) =>
    (record: StepRecord): StepRecord => {
      const hiddenGradientNorms = [1, 1];
      const entries = Object.entries(layers(record.step)).map(
        ([path, gates]): [string, ThroughTimeRecord] => [
          path,
          gates === null ? { hiddenGradientNorms } : { hiddenGradientNorms, gates },
        ],
      );
      return { ...record, throughTime: Object.fromEntries(entries) };
    };
  const check = (layers: (step: number) => Layers, parts = {}) =>
    gateSaturation().check(failing({ change: telling(layers), ...parts }));
  const shut = { mean: 0.01, saturatedShare: 0.9 };
  const half = { mean: 0.5, saturatedShare: 0.1 };

  test('reads the three newest records that tell of gates, however many do not', () => {
    const layers = (step: number) => ({ lstm: step % 2 === 0 ? { input: shut } : null });
    expect(check(layers)).toMatchObject([{ where: 'lstm', firstStep: 114 }]);
    const beside = () => ({ lstm: { input: shut }, fused: null });
    expect(check(beside)).toMatchObject([{ where: 'lstm' }]);
  });

  test('needs three records, and the gate to be stuck in all of them', () => {
    expect(check((step) => ({ lstm: step > 117 ? { input: shut } : null }))).toEqual([]);
    expect(check((step) => ({ lstm: step > 116 ? { input: shut } : null }))).toHaveLength(1);
    expect(check((step) => ({ lstm: { input: step === 118 ? half : shut } }))).toEqual([]);
    expect(check((step) => ({ lstm: { input: shut, [step === 118 ? 'output' : 'x']: shut } }))).toMatchObject(
      [{ evidence: { gates: 1 } }],
    );
    expect(check((step) => ({ [step === 118 ? 'other' : 'lstm']: { input: shut } }))).toEqual([]);
    // Names that every object inherits are no records.
    expect(check((step) => ({ lstm: { [step === 118 ? 'x' : 'constructor']: shut } }))).toEqual([]);
    expect(check((step) => ({ [step === 118 ? 'x' : 'constructor']: { input: shut } }))).toEqual([]);
  });

  test('tells the least share of the three, and whether the gate is open from the newest', () => {
    const gates = [
      { mean: 0.9, saturatedShare: 0.95 },
      { mean: 0.2, saturatedShare: 0.85 },
      { mean: 0.1, saturatedShare: 0.9 },
    ];
    expect(check((step) => ({ lstm: { output: gates[step % 3] ?? half } }))).toMatchObject([
      { evidence: { saturatedShare: 0.85, mean: 0.1 }, message: expect.stringContaining('stuck shut') },
    ]);
  });

  test('names the first gate by layer and by name, and counts all', () => {
    const layers = { b: { input: shut }, a: { output: shut, input: shut, update: shut }, c: { input: shut } };
    expect(check(() => layers)).toMatchObject([
      { where: 'a', evidence: { gates: 5 }, message: expect.stringContaining('a: the input gate') },
    ]);
  });

  test('takes a forget gate that is on neither side for no memory', () => {
    expect(check(() => ({ lstm: { forget: { mean: 0.5, saturatedShare: 0.9 } } }))).toHaveLength(1);
    expect(check(() => ({ lstm: { forget: { mean: 0.51, saturatedShare: 0.9 } } }))).toEqual([]);
  });

  test('judges the only record where it is to judge at once', () => {
    const one = history({ steps: 1, change: telling(() => ({ lstm: { input: shut } })) });
    expect(gateSaturation().check(one)).toEqual([]);
    expect(gateSaturation({ atOnce: true }).check(one)).toHaveLength(1);
    expect(gateSaturation({ atOnce: true }).check(history({ steps: 1 }))).toEqual([]);
    expect(gateSaturation({ atOnce: true }).check(history({ steps: 0 }))).toEqual([]);
  });
});

describe('saturatedActivation', () => {
  const layer = (absMean: number, saturatedShare?: number): LayerRecord => ({
    output: { ...stats(1, 8), absMean },
    outputGradient: stats(1, 8),
    ...(saturatedShare !== undefined && { saturatedShare }),
  });
  const tapped =
    (layers: (step: number) => Readonly<Record<string, LayerRecord>> | undefined) =>
    (record: StepRecord): StepRecord => {
      const found = layers(record.step);
      return found === undefined ? record : { ...record, layers: found };
    };
  const tanh = classifier({ activation: 'tanh' });
  const check = (...[layers, model = tanh]: [Parameters<typeof tapped>[0], (ModelFacts | null)?]) =>
    saturatedActivation().check(failing({ model, change: tapped(layers) }));
  const flat = layer(0.9, 0.6);
  const steep = layer(0.3, 0.1);

  test('reads the three newest tapped records, however many are not', () => {
    expect(check((step) => (step % 5 === 0 ? { h1: flat } : undefined))).toMatchObject([{ firstStep: 105 }]);
    expect(check((step) => (step > 117 ? { h1: flat } : undefined))).toEqual([]);
    expect(check((step) => (step > 116 ? { h1: flat } : undefined))).toHaveLength(1);
  });

  test('needs a layer to be saturated in all of them, and tells the least share', () => {
    expect(check((step) => ({ h1: step === 118 ? steep : flat }))).toEqual([]);
    expect(check((step) => ({ h1: layer(0.9, step === 118 ? 0.5 : 0.8) }))).toMatchObject([
      { evidence: { saturatedShare: 0.5 } },
    ]);
  });

  test('names the first layer and counts the others', () => {
    expect(check(() => ({ h2: flat, h1: flat }))).toMatchObject([
      { where: 'h1', evidence: { layers: 2 }, message: expect.stringMatching(/^h1 \(and 1 more\): 60 %/) },
    ]);
  });

  test('judges the only record where it is to judge at once', () => {
    const one = history({ steps: 1, model: tanh, change: tapped(() => ({ h1: flat })) });
    expect(saturatedActivation().check(one)).toEqual([]);
    expect(saturatedActivation({ atOnce: true }).check(one)).toHaveLength(1);
    expect(saturatedActivation({ atOnce: true }).check(history({ steps: 0, model: tanh }))).toEqual([]);
  });

  test('does not judge layers of a model that is not known', () => {
    expect(check(() => ({ h1: flat }), null)).toEqual([]);
  });

  // Heights of the outputs tell of a tanh whose shares are not recorded, and that is so in recurrent layers.
  test.each([
    ['SimpleRNN', 'tanh', 0.9, 1],
    ['SimpleRNN', 'tanh', 0.89, 0],
    ['SimpleRNN', 'relu', 5, 0],
    ['Dense', 'tanh', 0.95, 0],
  ])('of %s with %s and outputs of %s finds %s', (className, activation, absMean, count) => {
    const model = chain([{ path: 'h', className, activation }, { path: 'out' }], 'binaryCrossentropy');
    expect(check(() => ({ h: layer(absMean) }), model)).toHaveLength(count);
  });

  test('passes over layers that no tap watched', () => {
    const facts = { className: 'SimpleRNN', activation: 'tanh' };
    const model = chain([{ path: 'h', ...facts }, { path: 'constructor', ...facts }, { path: 'out' }]);
    expect(check(() => ({ other: flat }), model)).toEqual([]);
  });

  test('advises normalization for layers that are not recurrent', () => {
    const model = chain(
      [
        { path: 'rnn', className: 'SimpleRNN', activation: 'tanh' },
        { path: 'h', activation: 'tanh' },
        { path: 'out' },
      ],
      'binaryCrossentropy',
    );
    expect(check(() => ({ rnn: flat, h: flat }), model)).toMatchObject([
      { where: 'rnn', remedies: [{ kind: 'normalization', layers: ['h'] }] },
    ]);
    expect(check(() => ({ rnn: flat, h: steep }), model)).toMatchObject([{ where: 'rnn', remedies: [] }]);
  });
});
