import { randomNormal, type Scalar, square, sum, type Tensor, variableGrads } from '@tensorflow/tfjs-core';
import { type LayersModel, sequential, layers as tfLayers } from '@tensorflow/tfjs-layers';
import { layers } from '../../src/index.js';

export type Cell = 'lstm' | 'gru';

export interface Size {
  readonly time: number;
  readonly batch: number;
  readonly inputs: number;
  readonly units: number;
}

export const nameOf = ({ time, batch, inputs, units }: Size): string =>
  `T${time} B${batch} I${inputs} H${units}`;

export const inputOf = ({ batch, time, inputs }: Omit<Size, 'units'>): Tensor =>
  randomNormal([batch, time, inputs], 0, 1, 'float32', 1);

/** Gates by a sigmoid unless said otherwise, orthogonal weights left out: tfjs takes minutes to draw them. */
export const optionsOf = (
  { time, inputs, units }: Size,
  recurrentActivation: 'sigmoid' | 'hardSigmoid' = 'sigmoid',
) => ({
  units,
  inputShape: [time, inputs],
  recurrentActivation,
  recurrentInitializer: 'glorotUniform',
});

export const peer = (cell: Cell, size: Size, activation?: 'sigmoid' | 'hardSigmoid'): LayersModel =>
  sequential({ layers: [tfLayers[cell](optionsOf(size, activation))] });

/** The fused layer with the weights of its peer. */
export function fused(cell: Cell, size: Size, from: LayersModel): LayersModel {
  const options = optionsOf(size);
  const layer = cell === 'lstm' ? layers.lstm(options) : layers.gru({ ...options, resetAfter: false });
  const model = sequential({ layers: [layer] });
  model.setWeights(from.getWeights());
  return model;
}

/** A loss, and the gradients of all weights. */
export function lossAndGradients(
  model: LayersModel,
  x: Tensor,
  seen: (loss: Scalar) => void = () => {},
): Tensor[] {
  const { value, grads } = variableGrads(() => {
    const loss: Scalar = sum(square(model.apply(x, { training: true }) as Tensor));
    seen(loss);
    return loss;
  });
  return [value, ...Object.values(grads)];
}
