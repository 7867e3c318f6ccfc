import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { importRecurrentWeights, layers } from 'gradient-health';
import { beforeEach, describe, expect, test } from 'vitest';
import golden from '../../golden/recurrent.json';
import { type Cell, relativeDifference } from './pairs.js';

interface Array {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

interface Case {
  readonly peer: 'pytorch' | 'keras';
  readonly cell: Cell;
  readonly bidirectional: boolean;
  readonly masked?: boolean;
  readonly resetAfter?: boolean | null;
  readonly goBackwards?: boolean;
  readonly weights: Readonly<Record<string, Array>>;
  readonly x: readonly number[];
  readonly dy: readonly number[];
  readonly y: readonly number[];
  readonly dx: readonly number[];
  readonly gradients: Readonly<Record<string, readonly number[]>>;
}

const { batch, time, inputs, units } = golden.sizes;
const cases = golden.cases as unknown as readonly Case[];
const titled = cases.map((row) => ({
  ...row,
  title: [
    row.peer,
    row.cell,
    row.bidirectional && 'bidirectional',
    row.resetAfter === false && 'reset before',
    row.goBackwards && 'backwards',
    row.masked && 'masked',
  ]
    .filter(Boolean)
    .join(' '),
}));

/** Sums of some dozens of float32 products against float64 ones. */
const tolerance = 2e-6;

const dense = ({ shape, values }: Array) => tf.tensor([...values], [...shape]);

function layerOf({ cell, bidirectional, resetAfter, goBackwards }: Case): {
  whole: tfl.layers.Layer;
  parts: tfl.RNN[];
} {
  const layer = layers[cell]({
    units,
    returnSequences: true,
    goBackwards: goBackwards ?? false,
    ...(resetAfter === false && { resetAfter }),
  } as never);
  if (!bidirectional) {
    layer.apply(tf.zeros([batch, time, inputs]));
    return { whole: layer, parts: [layer] };
  }
  const whole = tfl.layers.bidirectional({ layer });
  whole.apply(tf.zeros([batch, time, inputs]));
  const { forwardLayer, backwardLayer } = whole as unknown as Record<string, tfl.RNN>;
  return { whole, parts: [forwardLayer!, backwardLayer!] };
}

/** The weights of one direction, in the layout of the peer. */
function importInto(
  layer: tfl.RNN,
  row: Case,
  direction: number,
  of: Readonly<Record<string, Array>>,
  biases = 2,
) {
  if (row.peer === 'pytorch') {
    const named = (name: string) => dense(of[`${name}_l0${direction ? '_reverse' : ''}`]!);
    const both = biases === 2 && { biasHh: named('bias_hh') };
    importRecurrentWeights(layer, {
      from: 'pytorch',
      weightIh: named('weight_ih'),
      weightHh: named('weight_hh'),
      biasIh: named('bias_ih'),
      ...both,
    });
  } else {
    const [kernel, recurrentKernel, bias] = Object.values(of)
      .slice(3 * direction)
      .map(dense);
    importRecurrentWeights(layer, {
      from: 'keras',
      kernel: kernel!,
      recurrentKernel: recurrentKernel!,
      bias: bias!,
    });
  }
}

describe.each(['cpu', 'wasm'])('on %s', (backend) => {
  beforeEach(() => tf.setBackend(backend));

  test.each(titled)('$title has the outputs and gradients of its peer', (row) => {
    const { whole, parts } = layerOf(row);
    for (const [direction, part] of parts.entries()) importInto(part, row, direction, row.weights);
    const x = tf.tensor([...row.x], [batch, time, inputs]);
    const dy = tf.tensor([...row.dy], [batch, time, units * parts.length]);
    const kwargs = row.masked ? { mask: tf.tensor2d(golden.mask, undefined, 'bool') } : {};
    // Where Keras writes zeros for masked steps, in bidirectional layers, tfjs repeats the last output.
    const seen = row.masked && row.bidirectional ? tf.expandDims(tf.tensor2d(golden.mask), 2) : tf.scalar(1);
    const run = (input: tf.Tensor) => tf.mul(whole.apply(input, kwargs) as tf.Tensor, seen);
    expect(relativeDifference(row.y, run(x).dataSync())).toBeLessThan(tolerance);
    const loss = (input: tf.Tensor) => tf.sum(tf.mul(run(input), dy));
    expect(relativeDifference(row.dx, tf.grad(loss)(x).dataSync())).toBeLessThan(tolerance);

    const variables = whole.trainableWeights.map((weight) => weight.read() as tf.Variable);
    const { grads } = tf.variableGrads(() => loss(x) as tf.Scalar, variables);
    // Gradients take the same way as weights into a layer of their own; a bias that two were added to has that of each.
    const gradients = Object.fromEntries(
      Object.entries(row.gradients).map(([name, values]) => [name, { ...row.weights[name]!, values }]),
    );
    const expected = layerOf(row);
    const biases = row.cell === 'lstm' ? 1 : 2;
    for (const [direction, part] of expected.parts.entries())
      importInto(part, row, direction, gradients, biases);
    for (const [index, weight] of expected.whole.getWeights().entries()) {
      const actual = grads[variables[index]!.name]!.dataSync();
      expect(relativeDifference(weight.dataSync(), actual)).toBeLessThan(tolerance);
    }
  });
});

describe('weights of ONNX', () => {
  beforeEach(() => tf.setBackend('cpu'));

  /** Rows of gates in another order. */
  const reorder = ({ shape, values }: Array, order: readonly number[]): number[] => {
    const size = values.length / (shape[0]! / units);
    return order.flatMap((gate) => values.slice(gate * size, (gate + 1) * size));
  };

  test.each(titled.filter(({ peer }) => peer === 'pytorch'))(
    'are those of $title in another order',
    (row) => {
      const { whole, parts } = layerOf(row);
      // PyTorch has i f g o and r z n, ONNX i o f g and z r n.
      const order = row.cell === 'lstm' ? [0, 3, 1, 2] : [1, 0, 2];
      const directions = parts.map(
        (_, direction) => (name: string) =>
          reorder(row.weights[`${name}_l0${direction ? '_reverse' : ''}`]!, order),
      );
      const all = (...names: string[]) =>
        Float32Array.from(directions.flatMap((of) => names.flatMap((name) => of(name))));
      for (const [direction, part] of parts.entries()) {
        importRecurrentWeights(part, {
          from: 'onnx',
          w: all('weight_ih'),
          r: all('weight_hh'),
          b: all('bias_ih', 'bias_hh'),
          direction: direction as 0 | 1,
        });
      }
      const x = tf.tensor([...row.x], [batch, time, inputs]);
      const y = (whole.apply(x) as tf.Tensor).dataSync();
      expect(relativeDifference(row.y, y)).toBeLessThan(tolerance);
    },
  );
});

describe('importRecurrentWeights throws', () => {
  const built = (layer: tfl.RNN) => {
    layer.apply(tf.zeros([1, 1, 2]));
    return layer;
  };
  const keras = { from: 'keras', kernel: tf.zeros([2, 4]), recurrentKernel: tf.zeros([1, 4]) } as const;
  const pytorch = { from: 'pytorch', weightIh: tf.zeros([3, 2]), weightHh: tf.zeros([3, 1]) } as const;

  test('for what is no LSTM or GRU, and before it is built', () => {
    const dense = tfl.layers.dense({ units: 1 }) as unknown as tfl.RNN;
    expect(() => importRecurrentWeights(dense, keras)).toThrow(
      'importRecurrentWeights: expected an LSTM or a GRU, got Dense',
    );
    const layer = layers.lstm({ units: 1, name: 'early' });
    expect(() => importRecurrentWeights(layer, keras)).toThrow(
      'importRecurrentWeights: expected a layer with weights, got early before it was built; call it once, or give it an inputShape',
    );
  });

  test('for other shapes, layouts and cells', () => {
    const layer = built(layers.lstm({ units: 1 }));
    expect(() => importRecurrentWeights(layer, { ...keras, kernel: tf.zeros([3, 4]) })).toThrow(
      'importRecurrentWeights: kernel must have shape [2, 4], got 12 values',
    );
    expect(() => importRecurrentWeights(layer, { ...keras, from: 'caffe' } as never)).toThrow(
      "importRecurrentWeights: from must be 'pytorch', 'keras' or 'onnx', got caffe",
    );
    const before = built(layers.gru({ units: 1, resetAfter: false }));
    expect(() => importRecurrentWeights(before, pytorch)).toThrow(
      'importRecurrentWeights: a GRU of PyTorch has its reset gate after the product; create the layer with resetAfter: true',
    );
    const onnx = { from: 'onnx', w: tf.zeros([1, 3, 2]), r: tf.zeros([1, 3, 1]) } as const;
    expect(() => importRecurrentWeights(before, { ...onnx, linearBeforeReset: true })).toThrow(
      "importRecurrentWeights: linearBeforeReset must be the layer's resetAfter, false, got true",
    );
    expect(() => importRecurrentWeights(before, { ...onnx, direction: 1 })).toThrow(
      'importRecurrentWeights: w has one direction, got direction: 1',
    );
    const without = built(layers.lstm({ units: 1, useBias: false }));
    expect(() => importRecurrentWeights(without, { ...keras, bias: [1, 2, 3, 4] })).toThrow(
      'importRecurrentWeights: the layer has no bias, got one; create it with useBias: true',
    );
  });
});
