import { logUniform, oneOf } from '../random.js';
import type { Fault } from './fault.js';
import { activationOf, type Config, changeLayers, hiddenLayers, weightedLayers } from './layers.js';

const constant = (value: number): Config => ({ className: 'Constant', config: { value } });
const normal = (stddev: number): Config => ({ className: 'RandomNormal', config: { mean: 0, stddev } });

/** Weights and biases that no training should start from. */
export const weightFaults: readonly Fault[] = [
  {
    name: 'equal-weights',
    causes: ['symmetric-weights', 'poor-initialization', 'zero-gradient', 'dead-units'],
    plant(program, random) {
      const value = oneOf([0, 0.01, 0.1], random);
      // The units of a model without hidden layers are told apart by their targets.
      const all = hiddenLayers(program).length > 0 ? weightedLayers(program) : [];
      const changed = changeLayers(program, all, { kernelInitializer: constant(value) });
      return changed && { ...changed, comment: `Every kernel constant, ${value}.` };
    },
  },
  {
    name: 'tiny-weights',
    causes: ['vanishing-gradient', 'poor-initialization'],
    plant: spread(1e-4, 0.02),
  },
  {
    name: 'huge-weights',
    causes: [
      'poor-initialization',
      'exploding-gradient',
      'saturated-activation',
      'non-finite',
      'loss-divergence',
    ],
    plant: spread(1, 20),
  },
  {
    name: 'closed-relu',
    causes: ['dead-units', 'zero-gradient', 'poor-initialization'],
    plant(program, random) {
      const bias = -logUniform(5, 50, random);
      const relus = hiddenLayers(program).filter((at) => activationOf(program.layers![at]!) === 'relu');
      const changed = changeLayers(program, relus, { biasInitializer: constant(bias), useBias: true });
      return changed && { ...changed, comment: `A bias of ${bias} in every hidden relu layer.` };
    },
  },
];

function spread(low: number, high: number): Fault['plant'] {
  return (program, random) => {
    const stddev = logUniform(low, high, random);
    const changed = changeLayers(program, hiddenLayers(program), { kernelInitializer: normal(stddev) });
    return changed && { ...changed, comment: `Hidden kernels from N(0, ${stddev}).` };
  };
}
