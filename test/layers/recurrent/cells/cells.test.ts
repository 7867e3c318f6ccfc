import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { checkGradients, initializers, layers } from 'gradient-health';
import { describe, expect, test } from 'vitest';
import { artifactsOf, predictElsewhere } from '../../saved.js';
import { cells, leakyCell, type Make, noisy, units } from './cell-table.js';

const [batch, time, inputs] = [4, 6, 3];
const x = tf.randomNormal([batch, time, inputs], 0, 1, 'float32', 3);
const y = tf.randomNormal([batch, units], 0, 0.3, 'float32', 4);

const rows = Object.entries(cells);

function modelOf(make: Make, options?: object): tfl.Sequential {
  return tfl.sequential({
    layers: [tfl.layers.rnn({ cell: make(options), inputShape: [time, inputs] })],
  });
}

const values = (tensor: unknown): number[] => Array.from((tensor as tf.Tensor).dataSync());

describe.each(rows)('%s', (_, { make, className }) => {
  test('has the gradient that finite differences measure, in its input and in its weights', async () => {
    const model = modelOf(make);
    // Anywhere but where they start: peepholes of 0 hide the sign of a mistake. Small differences drown where weights happen to
    // cancel, so they are the same at every run.
    model.setWeights(
      model.getWeights().map(({ shape }, at) => tf.randomNormal(shape, 0, 0.4, 'float32', at + 1)),
    );
    const weights = model.trainableWeights.map((weight) => weight.read() as tf.Tensor);
    const f = (input: tf.Tensor) => tf.sum(tf.square(model.apply(input) as tf.Tensor));
    const check = await checkGradients(f, [x, ...weights], { maxElements: 12 });
    expect(check.ok, check.message).toBe(true);
  });

  test('trains with and without noise, and leaves no tensor behind', async () => {
    for (const options of [{}, noisy]) {
      const before = tf.memory().numTensors;
      const model = modelOf(make, options);
      // Slow enough to go downhill from wherever it starts.
      model.compile({ optimizer: tf.train.sgd(0.01), loss: 'meanSquaredError' });
      const train = () => model.fit(x, y, { epochs: 3, verbose: 0 });
      const losses = (await train()).history['loss'] as number[];
      if (options !== noisy) expect(losses[2]).toBeLessThan(losses[0] as number);
      const { numTensors, numBytes } = tf.memory();
      await train();
      expect([tf.memory().numTensors, tf.memory().numBytes]).toEqual([numTensors, numBytes]);
      model.optimizer.dispose();
      model.dispose();
      expect(tf.memory().numTensors).toBe(before);
    }
  });

  test('is saved as what can compute it, and predicts the same when it is loaded', async () => {
    for (const [options, expected] of [
      [{}, className],
      [noisy, undefined],
    ] as const) {
      const model = modelOf(make, options);
      const artifacts = await artifactsOf(model);
      if (expected) expect(JSON.stringify(artifacts.modelTopology)).toContain(`"class_name":"${expected}"`);
      const loaded = await tfl.loadLayersModel({ load: async () => artifacts });
      const [got, wanted] = [loaded, model].map((each) => values(each.predict(x))) as [number[], number[]];
      // tfjs's cells add in another order.
      for (const [at, value] of got.entries()) expect(value).toBeCloseTo(wanted[at] as number, 6);
      const cellOf = (m: tfl.LayersModel) =>
        (m.layers.find((l) => l.getClassName() === 'RNN') as tfl.layers.RNN).cell;
      expect(cellOf(loaded).getConfig()).toMatchObject(cellOf(model).getConfig());
      // With all its noise: two passes differ.
      if (options === noisy) {
        const train = () => values(loaded.apply(x, { training: true }));
        expect(train()).not.toEqual(train());
      }
    }
  });

  test('keeps its states over masked steps', () => {
    const layer = tfl.layers.rnn({ cell: make() });
    const mask = tf.tensor2d([[1, 1, 1, 1, 0, 0]], undefined, 'bool');
    const sample = tf.slice(x, [0, 0, 0], [1, time, inputs]);
    const short = values(layer.apply(tf.slice(sample, [0, 0, 0], [1, 4, inputs])));
    expect(values(layer.apply(sample, { mask }))).toEqual(short);
  });

  test('leaves predictions alone however it drops while it trains', () => {
    const [loud, quiet] = [noisy, {}].map((o) => tfl.layers.rnn({ cell: make({ ...o, zoneout: 0 }) })) as [
      tfl.layers.RNN,
      tfl.layers.RNN,
    ];
    quiet.apply(x);
    loud.apply(x, { training: true });
    loud.setWeights(quiet.getWeights());
    const before = values(loud.apply(x));
    const trained = Array.from({ length: 2 }, () => values(loud.apply(x, { training: true })));
    expect(trained[0]).not.toEqual(trained[1]);
    expect(trained[0]).not.toEqual(before);
    expect(values(loud.apply(x))).toEqual(before);
    expect(before).toEqual(values(quiet.apply(x)));
  });
});

test('after register() a fresh process loads every cell of this library, and some without', async () => {
  const own = rows.filter(([, { className }]) => className !== 'TestLeakyCell');
  for (const [chosen, register] of [
    [own.filter(([, { plain }]) => plain), false],
    [own, true],
  ] as const) {
    const models = chosen.map(([, { make }]) => modelOf(make));
    const expected = models.map((model) => values(model.predict(x)));
    const got = await predictElsewhere(models, x, { register });
    const errors = got.flat().map((value, at) => Math.abs(value - (expected.flat()[at] ?? Number.NaN)));
    // tfjs's cells add in another order.
    expect(Math.max(...errors)).toBeLessThan(1e-6);
  }
});

test('a cell of a layer of its own, the fused layer and the one of tfjs compute the same', () => {
  const options = { units, recurrentActivation: 'sigmoid', recurrentInitializer: 'zeros' } as const;
  const all: readonly tfl.layers.Layer[] = [
    layers.lstm({ units, returnSequences: true }),
    tfl.layers.rnn({ cell: layers.lstmCell({ units }), returnSequences: true }),
    tfl.layers.rnn({ cell: tfl.layers.lstmCell(options), returnSequences: true }),
  ];
  for (const layer of all) layer.apply(x);
  const weights = all[0]?.getWeights() ?? [];
  const outputs = all.map((layer) => {
    layer.setWeights(weights);
    return layer.apply(x) as tf.Tensor;
  });
  for (const output of outputs) {
    expect(tf.max(tf.abs(tf.sub(output, outputs[0] as tf.Tensor))).dataSync()[0]).toBeLessThan(1e-6);
  }
});

describe('beside other cells', () => {
  test('cells stack with those of tfjs, run backwards and learn', async () => {
    const input = tfl.input({ shape: [time, inputs] });
    const seeded = (seed: number) => ({
      kernelInitializer: initializers.xavierUniform({ seed }),
      recurrentInitializer: initializers.orthogonal({ seed }),
    });
    const stack = tfl.layers.rnn({
      cell: [
        layers.gruCell({ units: 4, ...seeded(1) }),
        tfl.layers.simpleRNNCell({ units: 4, ...seeded(2), recurrentInitializer: 'zeros' }),
        leakyCell({ units: 3, ...seeded(3) }),
      ],
      returnSequences: true,
    });
    const backwards = tfl.layers.rnn({ cell: layers.janetCell({ units, ...seeded(4) }), goBackwards: true });
    const output = backwards.apply(stack.apply(input)) as tfl.SymbolicTensor;
    const model = tfl.model({ inputs: input, outputs: output });
    model.compile({ optimizer: tf.train.adam(0.03), loss: 'meanSquaredError' });
    const losses = (await model.fit(x, y, { epochs: 24, shuffle: false, verbose: 0 })).history[
      'loss'
    ] as number[];
    expect(losses.at(-1)).toBeLessThan((losses[0] as number) / 2);
  });
});

describe('noise', () => {
  const zeros = tf.zeros([1, units]);
  const steps = (cell: tfl.layers.RNNCell, count: number, each: () => object): number[][] => {
    const output: number[][] = [];
    for (let step = 0; step < count; step++) {
      const [hidden] = cell.call([tf.ones([1, inputs]), zeros, zeros], each()) as tf.Tensor[];
      output.push(values(hidden));
    }
    return output;
  };
  const builtLstm = (options: object): tfl.layers.RNNCell => {
    const cell = layers.lstmCell({ units, ...options });
    cell.build([1, inputs]);
    return cell;
  };

  test('of the inputs is the same at all steps of a sequence and another in the next', () => {
    const cell = builtLstm({ dropout: 0.5 });
    const sequence = { training: true };
    expect(new Set(steps(cell, 8, () => sequence).map(String)).size).toBe(1);
    // 2^3 masks: chances that 16 sequences draw the same are 8^-15.
    expect(new Set(steps(cell, 16, () => ({ training: true })).map(String)).size).toBeGreaterThan(1);
  });

  test('of the candidate is another at each step', () => {
    const sequence = { training: true };
    expect(
      new Set(steps(builtLstm({ candidateDropout: 0.5 }), 16, () => sequence).map(String)).size,
    ).toBeGreaterThan(1);
  });

  test('of the recurrent state leaves it bounded over a thousand steps', () => {
    const layer = tfl.layers.rnn({ cell: layers.gruCell({ units, recurrentDropout: 0.3 }) });
    const long = tf.randomNormal([1, 1000, inputs], 0, 1, 'float32', 5);
    layer.apply(long);
    // Update gates of nearly 1, where tfjs's own scale the state up at each step.
    const [kernel, recurrent, bias] = layer.getWeights() as [tf.Tensor, tf.Tensor, tf.Tensor2D];
    const open = tf.buffer<tf.Rank.R2>(bias.shape);
    for (let unit = 0; unit < units; unit++) open.set(10, 0, unit);
    layer.setWeights([kernel, recurrent, open.toTensor()]);
    const output = layer.apply(long, { training: true }) as tf.Tensor;
    expect(tf.max(tf.abs(output)).dataSync()[0]).toBeLessThanOrEqual(1);
  });

  test('of zoneout keeps units whole while training, and a share of each afterwards', () => {
    const before = tf.fill([1, units], 0.25);
    const memory = tf.fill([1, units], -0.5);
    const run = (options: object, training: boolean): number[][] => {
      const cell = builtLstm({ kernelInitializer: 'ones', recurrentInitializer: 'zeros', ...options });
      const [, ...states] = cell.call([tf.ones([1, inputs]), before, memory], { training }) as tf.Tensor[];
      return states.map(values);
    };
    const [hidden, cell] = run({}, true) as [number[], number[]];
    const rates = { zoneout: { hidden: 0.25, cell: 0.5 } };
    const seen = new Set<number>();
    for (let draw = 0; draw < 30; draw++) for (const value of run(rates, true).flat()) seen.add(value);
    // All units are alike here, so that each state has two values: kept and new.
    expect([...seen].sort()).toEqual([0.25, -0.5, hidden[0], cell[0]].sort());
    const [later, laterCell] = run(rates, false) as [number[], number[]];
    expect(later[0]).toBeCloseTo(0.25 * 0.25 + 0.75 * (hidden[0] as number), 6);
    expect(laterCell[0]).toBeCloseTo(0.5 * -0.5 + 0.5 * (cell[0] as number), 6);
  });
});

describe('what cannot be is refused', () => {
  test.each([
    [() => layers.lstmCell({ units: 0 }), 'lstmCell: units must be a positive integer, got 0'],
    [() => layers.gruCell({ units, dropout: 1 }), 'gruCell: dropout must be in [0, 1), got 1'],
    [
      () => layers.lstmCell({ units, zoneout: { memory: 0.1 } }),
      'lstmCell: zoneout is of the states hidden, cell, got one of memory',
    ],
    [
      () => layers.lstmCell({ units, zoneout: { cell: -1 } }),
      'lstmCell: zoneout of cell must be in [0, 1), got -1',
    ],
    [
      () => layers.gruCell({ units, layerNorm: true, resetAfter: false }),
      'gruCell: layerNorm normalises the product before the reset',
    ],
    [() => layers.janetCell({ units, beta: Number.NaN }), 'janetCell: beta must be finite, got NaN'],
    [
      () => layers.minGruCell({ units, candidate: 'tanh' as 'linear' }),
      "minGruCell: candidate must be 'positive' or 'linear', got 'tanh'",
    ],
    [
      () => layers.lstmCell({ units, name: 'alone' }).call([x], {}),
      'alone: expected an input and the states hidden, cell',
    ],
  ])('%#', (create, message) => {
    expect(create).toThrow(message);
  });
});

test('biases of gates start where the cell says, and the rest where biasInitializer does', () => {
  const cell = layers.lstmCell({ units: 2, biasInitializer: 'ones' });
  const plain = leakyCell({ units: 2, biasInitializer: 'ones' });
  for (const each of [cell, plain]) each.build([1, inputs]);
  expect(values(cell.getWeights()[2])).toEqual([1, 1, 1, 1, 1, 1, 1, 1]);
  expect(values(plain.getWeights()[2])).toEqual([1, 1, -1, -1]);
});
