import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { fuse, layers } from 'gradient-health';
import { describe, expect, test } from 'vitest';
import { growthOf } from './growth.js';
import type { Cell } from './pairs.js';

const [batch, time, inputs, units] = [2, 4, 3, 3];

interface Case {
  readonly options?: object;
  readonly wrap?: (layer: tfl.RNN) => tfl.layers.Layer;
  /** Whether it starts from states that are inputs of the model. */
  readonly startsFrom?: boolean;
  readonly shape?: readonly number[];
}

const cases: Readonly<Record<string, Case>> = {
  'nothing set': {},
  sequences: { options: { returnSequences: true } },
  'its states': { options: { returnState: true } },
  'initial states': { startsFrom: true },
  'goBackwards, hard sigmoids and no bias': {
    options: { goBackwards: true, recurrentActivation: 'hardSigmoid', useBias: false },
  },
  'the defaults of tfjs': { options: { defaults: 'tfjs' } },
  'kept states': { options: { stateful: true } },
  'dropout, limits, regularisers and constraints': {
    options: {
      dropout: 0.2,
      recurrentDropout: 0.2,
      recurrentClipValue: 1,
      recurrentClipNorm: 1,
      truncateAfter: 2,
      kernelRegularizer: 'l1l2',
      recurrentRegularizer: 'l1l2',
      biasRegularizer: 'l1l2',
      kernelConstraint: 'maxNorm',
      recurrentConstraint: 'maxNorm',
      biasConstraint: 'maxNorm',
    },
  },
  'a bidirectional wrapper': { wrap: (layer) => tfl.layers.bidirectional({ layer, mergeMode: 'concat' }) },
  'a time-distributed wrapper': {
    wrap: (layer) => tfl.layers.timeDistributed({ layer }),
    shape: [batch, 2, time, inputs],
  },
};

function modelOf(
  cell: Cell,
  layer: tfl.layers.Layer,
  { startsFrom = false, shape = [batch, time, inputs] }: Case,
): tfl.LayersModel {
  const input = tfl.input({ batchShape: [...shape] });
  const masked = shape.length > 3 ? input : tfl.layers.masking({ maskValue: 0 }).apply(input);
  const states = Array.from({ length: !startsFrom ? 0 : cell === 'lstm' ? 2 : 1 }, () =>
    tfl.input({ batchShape: [batch, units] }),
  );
  const given = startsFrom ? { initialState: states } : {};
  const outputs = layer.apply(masked as tfl.SymbolicTensor, given) as tfl.SymbolicTensor;
  return tfl.model({ inputs: [input, ...states], outputs });
}

const rows = (['lstm', 'gru'] as const).flatMap((cell) =>
  Object.entries(cases).map(([name, given]) => ({ cell, name, given })),
);

describe.each(['cpu', 'wasm'])('on %s, 500 training steps add no tensor and no byte to', (backend) => {
  test.each(rows)('$cell with $name', async ({ cell, given }) => {
    await tf.setBackend(backend);
    const layer = layers[cell]({ units, ...given.options });
    const model = modelOf(cell, given.wrap?.(layer) ?? layer, given);
    expect(await growthOf(model)).toEqual({ tensors: 0, bytes: 0 });
  });

  test.each(['lstm', 'gru'] as const)('%s of tfjs that is fused', async (cell) => {
    await tf.setBackend(backend);
    const layer = tfl.layers[cell]({ units, recurrentInitializer: 'glorotUniform', stateful: true });
    const model = fuse(modelOf(cell, layer, {}));
    expect(await growthOf(model)).toEqual({ tensors: 0, bytes: 0 });
  });
});
