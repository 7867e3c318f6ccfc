import { oneOf } from '../random.js';
import type { Fault } from './fault.js';
import { activationOf, changeLayers, hiddenLayers, outputLayer } from './layers.js';

/** Fewer sigmoids than this let enough of a gradient through: 0.25^3 = 1/64. */
const DEEP = 4;

/** Activations that do not fit the depth, the targets or the loss; a loss that does not fit, tfjs refuses by itself. */
export const activationFaults: readonly Fault[] = [
  {
    name: 'deep-sigmoid',
    causes: ['vanishing-gradient', 'poor-initialization'],
    plant(program) {
      const hidden = hiddenLayers(program);
      const others = hidden.filter((at) => activationOf(program.layers![at]!) !== 'sigmoid');
      if (hidden.length < DEEP || others.length === 0) return null;
      const changed = changeLayers(program, hidden, { activation: 'sigmoid' });
      return changed && { ...changed, comment: `Sigmoid in ${hidden.length} hidden layers.` };
    },
  },
  wrongOutput(
    'output-of-classes',
    ['output-loss-mismatch', 'zero-gradient', 'dead-units'],
    (loss, activation) => {
      if (loss === 'binaryCrossentropy' && activation === 'sigmoid')
        return ['softmax', 'relu', 'tanh', 'linear'];
      if (/^(?:sparseC|c)ategoricalCrossentropy$/.test(loss) && activation === 'softmax')
        return ['linear', 'relu', 'tanh', 'sigmoid'];
      return [];
    },
  ),
  wrongOutput(
    'output-of-values',
    ['output-loss-mismatch', 'target-scale', 'saturated-activation', 'zero-gradient', 'dead-units'],
    (loss, activation) =>
      /^mean(?:Squared|Absolute)Error$/.test(loss) && activation === 'linear'
        ? ['softmax', 'sigmoid', 'tanh', 'relu']
        : [],
  ),
  {
    name: 'second-softmax',
    causes: ['output-loss-mismatch', 'vanishing-gradient'],
    plant(program) {
      const output = outputLayer(program);
      if (!output || activationOf(output) !== 'softmax') return null;
      const softmax = { className: 'Activation', config: { activation: 'softmax' } };
      return { ...program, layers: [...program.layers!, softmax], comment: 'A softmax of a softmax.' };
    },
  },
];

/** Puts another activation than the one that fits on the output. */
function wrongOutput(
  name: string,
  causes: readonly string[],
  unfit: (loss: string, activation: string) => readonly string[],
): Fault {
  return {
    name,
    causes,
    plant(program, random) {
      const output = outputLayer(program);
      const candidates = output ? unfit(program.loss, activationOf(output)) : [];
      if (candidates.length === 0) return null;
      const activation = oneOf(candidates, random);
      const changed = changeLayers(program, [program.layers!.length - 1], { activation });
      return changed && { ...changed, comment: `${activation} as the output of ${program.loss}.` };
    },
  };
}
