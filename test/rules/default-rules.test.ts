import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LayerFacts, ModelFacts, Run } from '../../src/record/run.js';
import { defaultRules } from '../../src/rules/default-rules.js';
import { diagnose } from '../../src/rules/diagnose.js';
import * as rules from '../../src/rules/index.js';
import { anyRun } from '../record/runs.js';
import { chain, fading, fallingLoss, history, stack, stats } from './histories.js';

// Runs that hang together: a few layers and weights through all steps, norms over the whole range of float32.
const layerName = fc.constantFrom('a', 'b', 'c/d', '__proto__', 'constructor', 'NaN');
const layerFacts = (path: string): fc.Arbitrary<LayerFacts> =>
  fc.record(
    {
      path: fc.constant(path),
      className: fc.constantFrom('Dense', 'LSTM', 'BatchNormalization'),
      depth: fc.nat(4),
      inbound: fc.constant([]),
      isOutput: fc.boolean(),
      activation: fc.constantFrom('relu', 'sigmoid', 'tanh', 'softmax', 'linear'),
      initializers: fc.constantFrom(
        { kernel: 'RandomNormal(0, 0.05)' },
        { kernel: 'VarianceScaling(1, fanAvg, normal)' },
      ),
    },
    { requiredKeys: ['path', 'className', 'depth', 'inbound', 'isOutput'] },
  );
const modelOf = (names: readonly string[]): fc.Arbitrary<ModelFacts | null> =>
  fc.option(
    fc.record({
      layers: fc.tuple(...names.map(layerFacts)),
      loss: fc.constantFrom('meanSquaredError', 'binaryCrossentropy', 'categoricalCrossentropy', 'custom'),
      optimizer: fc.constant({ className: 'SGD', config: {} }),
    }),
  );
const special = fc.oneof(
  { weight: 30, arbitrary: fc.constant(undefined) },
  { weight: 1, arbitrary: fc.constantFrom(null, 0, Number.NaN, Infinity) },
);
/** A number for each step: a level and a drift, both in decades, and now and then something else. */
const series = (steps: number): fc.Arbitrary<(step: number) => number | null> =>
  fc
    .record({
      level: fc.double({ min: -10, max: 3, noNaN: true }),
      drift: fc.oneof(fc.constant(0), fc.double({ min: -0.5, max: 0.5, noNaN: true })),
      specials: fc.array(special, { minLength: steps, maxLength: steps }),
      ending: fc.option(fc.tuple(fc.nat(40), fc.constantFrom(null, 0, Number.NaN)), { freq: 2 }),
    })
    .map(({ level, drift, specials, ending }) => (step) => {
      if (ending !== null && step >= ending[0]) return ending[1];
      const other = specials[step];
      return other === undefined ? 10 ** (level + drift * step + 0.2 * Math.sin(5 * step)) : other;
    });
const coherentRun: fc.Arbitrary<Run> = fc
  .tuple(fc.uniqueArray(layerName, { minLength: 1, maxLength: 4 }), fc.nat(35))
  .chain(([names, steps]) => {
    const keys = names.flatMap((name) => [`${name}/kernel`, `${name}/bias`]);
    const kept = fc.subarray([...Array(steps).keys()]);
    const norms = fc.tuple(...keys.map(() => series(steps)));
    return fc.tuple(modelOf(names), norms, series(steps), kept).map(([model, norms, loss, kept]) => {
      const gradients = (step: number) =>
        Object.fromEntries(keys.map((key, i) => [key, norms[i]?.(step) ?? null]));
      const run = history({ steps, model, loss, gradients });
      return { ...run, steps: run.steps.filter(({ step }) => kept.includes(step)) };
    });
  });
const runs = fc.oneof(coherentRun, anyRun);
const literal = [rules.explodingGradient({ above: 1 }), rules.vanishingGradient({ below: 1e-3 })];

function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(frozen);
  return value;
}

test('the default rules explain what follows from theirs, causes first', () => {
  const lines = defaultRules.map(({ id, explains = [] }) => `${id}: ${explains.join(', ')}`);
  expect(lines.join('\n')).toMatchSnapshot();
});

describe('the default rules, on any run whatever', () => {
  test('never throw, change nothing and always say the same', () => {
    fc.assert(
      fc.property(runs, (run) => {
        for (const rule of [...defaultRules, ...literal]) {
          expect(rule.check(frozen(run))).toEqual(rule.check(run));
        }
      }),
    );
  });

  test('make findings that name a recorded place and recorded steps', () => {
    fc.assert(
      fc.property(runs, (run) => {
        const steps = run.steps.map(({ step }) => step);
        const keys = run.steps.flatMap(({ variables }) => Object.keys(variables));
        const tapped = run.steps.flatMap(({ layers = {}, throughTime = {} }) => [
          ...Object.keys(layers),
          ...Object.keys(throughTime),
        ]);
        const paths = [...(run.model?.layers ?? []).map(({ path }) => path), ...tapped, 'model'];
        for (const { where, firstStep, lastStep, message, remedies } of diagnose(run, [
          ...defaultRules,
          ...literal,
        ]).findings) {
          expect(steps).toContain(firstStep);
          expect(steps).toContain(lastStep);
          expect(firstStep).toBeLessThanOrEqual(lastStep);
          expect(paths.includes(where) || keys.some((key) => key.startsWith(where))).toBe(true);
          expect(message).not.toContain('undefined');
          for (const { layers } of remedies)
            for (const layer of layers) expect([...paths, where]).toContain(layer);
        }
      }),
    );
  });

  test('find the same in whatever order the weights are recorded', () => {
    const shuffled = fc.tuple(coherentRun, fc.integer()).map(([run, seed]) => {
      const order = (key: string): number =>
        Math.sin(seed + [...key].reduce((sum, c) => 31 * sum + c.charCodeAt(0), 7));
      const steps = run.steps.map((record) => ({
        ...record,
        variables: Object.fromEntries(
          Object.entries(record.variables).sort(([a], [b]) => order(a) - order(b)),
        ),
      }));
      return [run, { ...run, steps }] as const;
    });
    fc.assert(
      fc.property(shuffled, ([run, mixed]) => {
        expect(diagnose(mixed).findings).toEqual(diagnose(run).findings);
      }),
    );
  });

  test('find each kind of trouble in some of these runs, so that the laws above are not empty', () => {
    const found = new Set(
      fc
        .sample(coherentRun, { numRuns: 1000, seed: 1 })
        .flatMap((run) => diagnose(run).findings.map(({ rule }) => rule)),
    );

    const core = ['exploding-gradient', 'non-finite', 'vanishing-gradient', 'zero-gradient'];
    for (const id of core) expect(found).toContain(id);
  });
});

describe('the default rules, on healthy runs', () => {
  const relu = stack(8, {
    activation: 'relu',
    initializers: { kernel: 'VarianceScaling(2, fanIn, uniform)' },
  });
  const noise = (step: number, size: number): number =>
    1 + size * Math.sin(12.9898 * step) * Math.cos(78.233 * step);

  test.each([
    ['a falling loss', { steps: 300 }],
    [
      'a falling loss under mini-batch noise',
      { steps: 300, loss: (s: number) => fallingLoss(s) * noise(s, 0.8) },
    ],
    ['the first step', { steps: 1 }],
    ['three steps, when nothing can be known yet', { steps: 3, loss: () => 0.69 }],
    [
      'a deep classifier that learns slowly',
      {
        steps: 500,
        model: relu,
        loss: (s: number) => 0.7 - 0.0004 * s + 0.01 * noise(s, 1),
        gradients: () => fading(8, 0.02),
      },
    ],
    [
      'a converged classifier whose gradients are exactly 0',
      {
        steps: 400,
        model: relu,
        loss: (s: number) => Math.max(1e-7, 0.7 * 0.9 ** s),
        gradients: (s: number) =>
          s < 200 ? fading(8, 0.02) : Object.fromEntries(Object.keys(fading(8, 1)).map((key) => [key, 0])),
      },
    ],
    [
      'a converged regression on a floor of noise, gradients falling to a millionth',
      {
        steps: 400,
        model: chain([{ path: 'a', activation: 'relu' }, { path: 'b' }]),
        loss: (s: number) => (0.01 + 3 * 0.95 ** s) * noise(s, 0.3),
        gradients: (s: number) => ({ 'a/kernel': 1e-6 + 10 * 0.9 ** s, 'b/kernel': 1e-4 + 5 * 0.93 ** s }),
      },
    ],
    [
      'targets of large scale: large norms that fall with the loss',
      {
        steps: 200,
        model: chain([{ path: 'a', activation: 'relu' }, { path: 'b' }]),
        loss: (s: number) => 1e6 * 0.97 ** s + 100,
        gradients: (s: number) => ({ 'a/kernel': 1e5 * 0.97 ** s, 'b/kernel': 300 * 0.95 ** s }),
      },
    ],
    [
      'a head that starts at zero, whose hidden layers get no gradient at first',
      {
        steps: 40,
        model: relu,
        gradients: (s: number) => ({
          ...fading(8, 0.02),
          ...(s === 0 && { 'h1/kernel': 0, 'h2/kernel': 0 }),
        }),
      },
    ],
    [
      'a softmax over three classes',
      {
        steps: 100,
        model: chain(
          [
            { path: 'a', activation: 'relu' },
            { path: 'b', activation: 'softmax' },
          ],
          'categoricalCrossentropy',
        ),
        loss: (s: number) => 0.3 + 0.8 * 0.95 ** s,
        gradients: () => ({ 'a/kernel': 1, 'b/kernel': 1, 'b/bias': stats(1, 3) }),
      },
    ],
    [
      'no model and no loss',
      { steps: 100, loss: () => null, gradients: () => ({ w1: 1e-3, w2: 1, w3: 30 }) },
    ],
  ])('find nothing: %s', (_title, parts) => {
    for (let records = 1; records <= parts.steps; records = Math.ceil(records * 1.3)) {
      expect(diagnose(history({ ...parts, steps: records })).findings).toEqual([]);
    }
    expect(diagnose(history(parts)).findings).toEqual([]);
  });
});
