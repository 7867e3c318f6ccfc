import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { layers } from 'gradient-health';

export const units = 5;

/** A cell of a user: two states, a weight of its own, an option of its own. */
export const leakyCell = layers.defineCell(
  'TestLeakyCell',
  ({ leak = 0.5 }: layers.CellOptions & { readonly leak?: number }) => ({
    gates: ['drive', 'gate'],
    states: ['hidden', 'trace'],
    weights: { slope: { size: 'units', value: 1 } },
    biases: { gate: -1 },
    config: { leak },
    update({ sum, before, weights, open, activate, drop }) {
      const trace = tf.add(tf.mul(before.trace, leak), drop(activate(sum.drive)));
      return { trace, hidden: tf.mul(tf.mul(open(sum.gate), weights.slope), trace) };
    },
  }),
);

/** Every way to drop and keep. */
export const noisy = { dropout: 0.25, recurrentDropout: 0.25, candidateDropout: 0.25, zoneout: 0.25 };

export type Make = (options?: object) => tfl.layers.RNNCell;

/** By the name in test titles: as in files, and whether plain tfjs reads it. */
export const cells: Readonly<Record<string, { make: Make; className: string; plain?: boolean }>> = {
  lstmCell: { make: (o) => layers.lstmCell({ units, ...o }), className: 'LSTMCell', plain: true },
  'lstmCell without biases': {
    make: (o) => layers.lstmCell({ units, useBias: false, unitForgetBias: false, ...o }),
    className: 'LSTMCell',
    plain: true,
  },
  'lstmCell with all variants': {
    make: (o) => layers.lstmCell({ units, peepholes: true, coupled: true, layerNorm: true, ...o }),
    className: 'GradientHealthLSTMCell',
  },
  gruCell: { make: (o) => layers.gruCell({ units, ...o }), className: 'GradientHealthGRUCell' },
  'gruCell with the reset before': {
    make: (o) => layers.gruCell({ units, resetAfter: false, ...o }),
    className: 'GRUCell',
    plain: true,
  },
  'gruCell with layerNorm': {
    make: (o) => layers.gruCell({ units, layerNorm: true, ...o }),
    className: 'GradientHealthGRUCell',
  },
  janetCell: {
    make: (o) => layers.janetCell({ units, beta: 0.5, ...o }),
    className: 'GradientHealthJANETCell',
  },
  minGruCell: { make: (o) => layers.minGruCell({ units, ...o }), className: 'GradientHealthMinGRUCell' },
  minLstmCell: {
    make: (o) => layers.minLstmCell({ units, candidate: 'linear', ...o }),
    className: 'GradientHealthMinLSTMCell',
  },
  'a cell of a user': { make: (o) => leakyCell({ units, leak: 0.75, ...o }), className: 'TestLeakyCell' },
};
