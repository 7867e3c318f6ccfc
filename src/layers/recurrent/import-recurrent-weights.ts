import { dispose, tensor } from '@tensorflow/tfjs-core';
import type { layers } from '@tensorflow/tfjs-layers';
import { cellOf } from './fuse-layer.js';
import { publicName, readRecurrentWeights, type Target } from './read-recurrent-weights.js';
import type { KerasWeights, OnnxWeights, PytorchWeights } from './recurrent-weights.js';

/**
 * Gives an LSTM or GRU the weights of a PyTorch, Keras or ONNX layer, in their layout: matrices are transposed, gates put in
 * order, and the two biases of PyTorch and ONNX kept apart where the layer has two, else added.
 *
 * The layer then computes what the other one did to float32 precision, if it is built, has (soft) sigmoid gates, and for a GRU
 * of PyTorch `resetAfter`. Works with layers of tfjs too. ONNX peepholes have no place in it.
 *
 * @param layer - Built, so that its shapes are known: part of a model with `inputShape`, or called once.
 * @throws TypeError for what is no layer, no weights or no numbers.
 * @throws RangeError for a layer that is no LSTM or GRU, is not built, or computes something else; for weights of another
 *   shape.
 * @example
 * ```ts
 * import { ones, zeros } from '@tensorflow/tfjs-core';
 * import { importRecurrentWeights, layers } from 'gradient-health';
 *
 * const layer = layers.lstm({ units: 2 });
 * layer.apply(zeros([1, 5, 3]));
 * importRecurrentWeights(layer, { from: 'pytorch', weightIh: ones([8, 3]), weightHh: ones([8, 2]) });
 * console.log(layer.getWeights()[0].shape.join(' x '));
 * // 3 x 8
 * ```
 */
export function importRecurrentWeights(
  layer: layers.RNN,
  weights: PytorchWeights | KerasWeights | OnnxWeights,
): void {
  const target = targetOf(layer);
  const { gates, units, inputs, resetAfter, useBias } = target;
  const { kernel, recurrentKernel, bias } = readRecurrentWeights(weights, target);
  const biasShape = resetAfter ? [2, gates * units] : [gates * units];
  const tensors = [
    tensor(kernel, [inputs, gates * units]),
    tensor(recurrentKernel, [units, gates * units]),
    ...(useBias ? [tensor(bias, biasShape)] : []),
  ];
  if (!useBias && bias.some((value) => value !== 0)) {
    dispose(tensors);
    throw new RangeError(`${publicName}: the layer has no bias, got one; create it with useBias: true`);
  }
  layer.setWeights(tensors);
  dispose(tensors);
}

function targetOf(layer: layers.RNN): Target {
  const given: Partial<layers.RNN> | null | undefined = layer;
  if (typeof given?.getClassName !== 'function') {
    throw new TypeError(
      `${publicName}: expected an LSTM or a GRU, got ${given === null ? 'null' : typeof given}`,
    );
  }
  const className = given.cell?.getClassName();
  if (className !== 'LSTMCell' && className !== 'GRUCell') {
    throw new RangeError(`${publicName}: expected an LSTM or a GRU, got ${layer.getClassName()}`);
  }
  const cell = cellOf(layer);
  if (!cell.built) {
    throw new RangeError(
      `${publicName}: expected a layer with weights, got ${layer.name} before it was built; call it once, or give it an inputShape`,
    );
  }
  const [inputs, columns] = cell.kernel.shape as [number, number];
  return {
    cell: className === 'LSTMCell' ? 'lstm' : 'gru',
    gates: columns / cell.units,
    units: cell.units,
    inputs,
    resetAfter: cell.bias
      ? cell.bias.shape.length === 2
      : layer.getConfig()['resetAfter'] === true && className === 'GRUCell',
    useBias: cell.bias !== null,
  };
}
