import { describe, expect, test } from 'vitest';
import type { LayerRecord, ModelFacts, Run, StepRecord } from '../../src/record/run.js';
import { excessiveFirstLoss, strongestGrowth } from '../../src/rules/first-loss.js';
import { classifier, dataStats, failing, usual } from './facts.js';
import { of, out, run } from './gains.js';
import { chain, fallingLoss } from './histories.js';
import { poorInitialization } from './told.js';

const layer = (rms: number): LayerRecord => ({ output: dataStats(rms), outputGradient: null });
/** Taps layers once, whose outputs have these root mean squares. */
const tapped =
  (sizes: Readonly<Record<string, number>>, at = 0) =>
  (record: StepRecord): StepRecord => {
    const layers = Object.entries(sizes).map(([path, rms]) => [path, layer(rms)] as const);
    return record.step === at ? { ...record, layers: Object.fromEntries(layers) } : record;
  };
/** Of an input of 3 or less the first layer returns a hundred times as much. */
const enlarged = { change: tapped({ h1: 300 }) };
const regression = (loss: string): ModelFacts =>
  chain(
    [
      { path: 'h1', activation: 'relu', weights: { kernel: [4, 8] } },
      { path: 'out', activation: 'linear', weights: { kernel: [8, 1] } },
    ],
    loss,
  );
/** Root mean squares of 3 and 4: together 5. */
const data = { input: dataStats(3), target: dataStats(4) };
const ones = { input: dataStats(1), target: dataStats(1, { mean: 0.5, min: 0, max: 1 }) };

describe('a first loss', () => {
  const begun = (loss: string, first: number | null, given: Run['data'] = data, parts = {}): Run =>
    failing(
      { model: regression(loss), loss: (step) => (step === 0 ? first : 30), ...enlarged, ...parts },
      given,
    );
  const found = (...parts: Parameters<typeof begun>) => excessiveFirstLoss(begun(...parts));

  test.each([
    ['meanSquaredError', 2500, 16], // (10 x 5)^2
    ['mse', 2500, 16],
    ['mean_squared_error', 2500, 16],
    ['meanAbsoluteError', 50, 4],
    ['mae', 50, 4],
  ])('of %s is too large beyond %d, where outputs near 0 have %d', (name, limit, usualLoss) => {
    const loss = 1.001 * limit;
    expect(found(name, limit)).toBeNull();
    expect(found(name, loss)).toMatchObject({ loss, usual: usualLoss });
  });

  test.each(['binaryCrossentropy', 'binary_crossentropy'])(
    'of %s is too large beyond four guesses',
    (loss) => {
      const guess = Math.LN2;
      const at = (first: number, rms = 1) =>
        found(loss, first, { ...ones, input: dataStats(rms) }, { model: classifier({}, {}, loss) });
      expect(at(4 * guess)).toBeNull();
      expect(at(4.01 * guess)).toMatchObject({ usual: guess });
      // Large inputs make large outputs, small ones do not make small weights large.
      expect(at(8 * guess, 2)).toBeNull();
      expect(at(8.01 * guess, 2)).not.toBeNull();
      expect(at(4 * guess, 0.1)).toBeNull();
    },
  );

  test('of several classes is compared with the logarithm of their number', () => {
    const output = { activation: 'softmax', weights: { kernel: [8, 10], bias: [10] } };
    const oneOfTen = { ...ones, target: dataStats(1, { mean: 0.1, min: 0, max: 1 }) };
    for (const loss of ['categoricalCrossentropy', 'sparseCategoricalCrossentropy']) {
      const model = classifier({}, output, loss);
      expect(found(loss, 4 * Math.log(10), oneOfTen, { model })).toBeNull();
      expect(found(loss, 4.01 * Math.log(10), oneOfTen, { model })).toMatchObject({ usual: Math.log(10) });
    }
  });

  test('says nothing where loss, data or beginning are not known, or not finite', () => {
    const run = begun('mse', 3000);
    expect(excessiveFirstLoss(run)).not.toBeNull();
    expect(excessiveFirstLoss({ ...run, data: null })).toBeNull();
    expect(excessiveFirstLoss({ ...run, data: { input: data.input } })).toBeNull();
    const late = run.steps.map((record) => ({ ...record, step: record.step + 1 }));
    expect(excessiveFirstLoss({ ...run, steps: late })).toBeNull();
    expect(excessiveFirstLoss({ ...run, steps: [] })).toBeNull();
    expect(excessiveFirstLoss({ ...run, model: null })).toBeNull();
    expect(found('ofMine', 3000)).toBeNull();
    expect(found('mse', Number.POSITIVE_INFINITY)).toBeNull();
    expect(found('mse', null)).toBeNull();
    const loss = 'categoricalCrossentropy';
    const model = classifier({}, { activation: 'softmax', weights: {} }, loss);
    expect(found(loss, 16, ones, { model, gradients: () => ({}) })).toBeNull();
  });

  test('has another reason with dropout of more than a half', () => {
    const { layers, ...facts } = regression('mse');
    const dropping = (rate: number) => {
      const drop = { ...layers[0]!, path: 'drop', className: 'Dropout', config: { rate } };
      return found('mse', 3000, data, { model: { ...facts, layers: [...layers, drop] } });
    };
    expect(dropping(0.6)).toBeNull();
    expect(dropping(0.5)).not.toBeNull();
  });

  test('has other reasons with a penalty, a NaN in the data or an output that does not fit', () => {
    expect(found('mse', 3000, { ...data, input: dataStats(3, { nans: 1 }) })).toBeNull();
    const { layers, ...facts } = regression('mse');
    const changed = (change: object) => ({
      model: { ...facts, layers: layers.map((each) => (each.isOutput ? { ...each, ...change } : each)) },
    });
    expect(found('mse', 3000, data, changed({ regularizers: { kernel: 'L1L2(0, 1)' } }))).toBeNull();
    expect(found('mse', 3000, data, changed({ activation: 'sigmoid' }))).toBeNull();
  });
});

describe('strongestGrowth', () => {
  test('is that of the layer with weights that enlarges what it gets most, the input being of the first', () => {
    const most = (h1: number, out: number, model = regression('mse')) =>
      strongestGrowth(failing({ model, change: tapped({ h1, out }) }, data));
    expect(most(300, 29_900)).toMatchObject({ facts: { path: 'h1' }, growth: 100 });
    expect(most(300, 30_000)).toMatchObject({ facts: { path: 'h1' }, growth: 100 });
    expect(most(300, 30_100)).toMatchObject({ facts: { path: 'out' } });
    const { layers, ...facts } = regression('mse');
    // Of two layers that it reads, the larger one.
    const joined = layers.map((each) => (each.isOutput ? { ...each, inbound: ['h1', 'h2'] } : each));
    const change = tapped({ h1: 3, h2: 300, out: 6300 });
    expect(strongestGrowth(failing({ model: { ...facts, layers: joined }, change }, data))).toMatchObject({
      facts: { path: 'out' },
      growth: 21,
    });
    const bare = layers.map((each) => (each.isOutput ? { ...each, weights: {} } : each));
    expect(most(300, 60_000, { ...facts, layers: bare })).toMatchObject({ facts: { path: 'h1' } });
  });

  test('is not known without a model, data, or layers tapped in the first record', () => {
    const run = failing({ model: regression('mse'), change: tapped({ h1: 300 }, 1) }, data);
    expect(strongestGrowth(run)).toBeUndefined();
    const known = failing({ model: regression('mse'), ...enlarged }, data);
    expect(strongestGrowth(known)).toBeDefined();
    expect(strongestGrowth({ ...known, model: null })).toBeUndefined();
    expect(strongestGrowth({ ...known, data: null })).toBeUndefined();
    expect(strongestGrowth({ ...known, steps: [] })).toBeUndefined();
  });
});

describe('poorInitialization, of a first loss', () => {
  const model = regression('mse');
  const once = (step: number) => (step === 0 ? 3000 : 30);
  const check = (loss: (step: number) => number, parts = {}, options = {}, given: Run['data'] = data) =>
    poorInitialization(options).check(
      failing({ model, loss, gradients: usual, ...enlarged, ...parts }, given),
    );

  test('names the layer, and weights that fit it', () => {
    expect(check(once)).toMatchObject([
      {
        where: 'h1',
        evidence: { firstLoss: 3000, usualLoss: 16, growth: 100 },
        remedies: [{ kind: 'initializer', layers: ['h1'], to: 'heNormal' }],
      },
    ]);
    const layers = model.layers.map((facts) =>
      facts.isOutput ? facts : { ...facts, className: 'SimpleRNN' },
    );
    expect(check(once, { model: { ...model, layers } })).toMatchObject([
      { remedies: [{ to: 'orthogonal' }] },
    ]);
  });

  test('needs a layer that returned more than twenty times what it got', () => {
    expect(check(once, { change: tapped({ h1: 60 }) })).toEqual([]);
    expect(check(once, { change: tapped({ h1: 60.1 }) })).toMatchObject([{ where: 'h1' }]);
  });

  test('blames weights that enlarge a signal more than tenfold together, the output among them, where else it takes a hundred', () => {
    const grown = (first: number, ...layers: Parameters<typeof run>[0]) =>
      poorInitialization().check({
        ...run(layers, { loss: (step: number) => (step === 0 ? first : 30) }),
        data,
      });
    expect(grown(3000, ...of('linear', 4, 2.6), out)).toMatchObject([
      { where: 'l0', evidence: { layers: 3 }, message: expect.stringContaining('weights of 3 layers') },
    ]);
    expect(grown(3000, ...of('linear', 5, 2), out)).toEqual([]);
    expect(grown(2500, ...of('linear', 4, 2.6), out)).toEqual([]);
    // At a higher rate it takes a hundred again, and without the output.
    const { steps, ...more } = run(of('linear', 4, 2.6, 40), {
      loss: (step: number) => (step === 0 ? 3000 : 30),
    });
    const atRate = (learningRate: number) =>
      poorInitialization().check({
        ...more,
        data,
        steps: steps.map((record) => ({ ...record, learningRate })),
      });
    expect(atRate(1)).toHaveLength(1);
    expect(atRate(1.01)).toEqual([]);
    expect(grown(3000, ...of('linear', 2, 5.1))).toMatchObject([{ where: 'l1', evidence: { layers: 2 } }]);
    // What is bounded on the way is not large, and what a single layer does is left to what it returned.
    expect(grown(3000, ...of('tanh', 4), ...of('linear', 3))).toEqual([]);
    expect(grown(3000, ...of('linear', 11))).toEqual([]);
  });

  test('fires while the loss falls, as long as a constant prediction has less', () => {
    // It has a loss of 16, and is beaten below that.
    const given = { ...data, target: { ...data.target, std: 4 } };
    const towards = (end: number, steps = 60) =>
      check((step) => end + 3000 * 0.8 ** step, { steps }, {}, given);
    expect(towards(18)).toHaveLength(1);
    expect(towards(14)).toEqual([]);
    expect(towards(18, 19)).toEqual([]);
    expect(towards(18, 20)).toHaveLength(1);
  });

  test('fires at once if asked, and not where training does well', () => {
    expect(check(() => 3000, { steps: 1 }, { atOnce: true })).toHaveLength(1);
    expect(check(() => 3000, { steps: 1 })).toEqual([]);
    expect(check((step) => (step === 0 ? 3000 : fallingLoss(step)))).toEqual([]);
  });
});
