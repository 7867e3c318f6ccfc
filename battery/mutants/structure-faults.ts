import { logUniform } from '../random.js';
import type { Fault } from './fault.js';
import { changeLayers, hiddenLayers, weightedLayers } from './layers.js';

/** Layers that are missing, or weigh on the others. */
export const structureFaults: readonly Fault[] = [
  {
    name: 'normalization-missing',
    causes: [
      'vanishing-gradient',
      'exploding-gradient',
      'poor-initialization',
      'saturated-activation',
      'dead-units',
      'learning-rate',
    ],
    plant(program) {
      const { layers = [] } = program;
      const rest = layers.filter(({ className }) => className !== 'BatchNormalization');
      if (rest.length === layers.length) return null;
      return { ...program, layers: rest, comment: 'Without batch normalisation.' };
    },
  },
  {
    name: 'penalty-heavy',
    causes: ['over-regularization', 'vanishing-gradient', 'loss-plateau', 'zero-gradient'],
    plant(program, random) {
      const l2 = logUniform(1, 30, random);
      const positions = weightedLayers(program);
      const kernelRegularizer = { className: 'L1L2', config: { l1: 0, l2 } };
      const changed = changeLayers(program, positions, { kernelRegularizer });
      return changed && { ...changed, comment: `A penalty of ${l2} on every squared weight.` };
    },
  },
  {
    name: 'dropout-heavy',
    causes: ['over-regularization', 'loss-plateau'],
    plant(program, random) {
      const { layers = [] } = program;
      const hidden = hiddenLayers(program);
      if (hidden.length === 0) return null;
      const rate = Number((1 - logUniform(0.01, 0.1, random)).toFixed(3));
      const dropout = { className: 'Dropout', config: { rate } };
      const more = layers.flatMap((part, at) => (hidden.includes(at) ? [part, dropout] : [part]));
      return { ...program, layers: more, comment: `Dropout of ${rate} behind every hidden layer.` };
    },
  },
];
