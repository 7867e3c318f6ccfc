import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { layers } from 'gradient-health';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { differences } from '../../golden.js';

/** What Keras, PyTorch and the papers' equations compute: test/golden/make_cells.py. */
interface Golden {
  readonly units: number;
  readonly x: Values;
  readonly dy: number[];
  readonly rows: readonly {
    readonly cell: 'lstmCell' | 'gruCell' | 'janetCell' | 'minGruCell' | 'minLstmCell';
    readonly options: Readonly<Record<string, unknown>>;
    readonly peer: string;
    readonly weights: readonly Values[];
    readonly y: number[];
    /** Of sum(y dy), for x and then for the weights. */
    readonly gradients: readonly number[][];
  }[];
}

interface Values {
  readonly shape: number[];
  readonly values: number[];
}

const golden: Golden = JSON.parse(
  readFileSync(new URL('../../../golden/cells.json', import.meta.url), 'utf8'),
);
const tensorOf = ({ shape, values }: Values): tf.Tensor => tf.tensor(values, shape);

describe.each(['cpu', 'wasm'])(
  'on %s, a sequence and its gradients are those that are computed elsewhere',
  (name) => {
    beforeAll(async () => {
      await tf.setBackend(name);
    });
    afterAll(async () => {
      await tf.setBackend('cpu');
    });

    test.each(golden.rows)('$cell $options as $peer', ({ cell, options, weights, y, gradients }) => {
      const layer = tfl.layers.rnn({
        cell: layers[cell]({ units: golden.units, ...options }),
        returnSequences: true,
      });
      const x = tensorOf(golden.x);
      const dy = tf.tensor(golden.dy, [...x.shape.slice(0, 2), golden.units]);
      layer.apply(x);
      layer.setWeights(weights.map(tensorOf));
      const variables = layer.trainableWeights.map((weight) => weight.read() as tf.Variable);
      const input = tf.variable(x);
      const output = layer.apply(input) as tf.Tensor;
      const { grads } = tf.variableGrads(
        () => tf.sum(tf.mul(layer.apply(input) as tf.Tensor, dy)),
        [input, ...variables],
      );
      // float32 against float64, over four time steps.
      expect(differences(output.dataSync(), y, 1e-5)).toEqual([]);
      const got = [input, ...variables].map((variable) => grads[variable.name]?.dataSync() ?? []);
      expect(got.flatMap((gradient, at) => differences(gradient, gradients[at] ?? [], 1e-5))).toEqual([]);
    });
  },
);
