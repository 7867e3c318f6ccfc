import type { LayersModel } from '@tensorflow/tfjs-layers';
import { assertModel } from '../../layout/is-layers-model.js';
import { placeLayers } from '../../layout/paths.js';
import { tellsThroughTime } from '../../layout/through-time.js';
import { fuseLayer, isFusable } from './fuse-layer.js';

/**
 * Makes the LSTM and GRU layers of a tfjs model compute their whole sequence at once, as those of this library do: a loaded
 * model, or one whose layers were made by `tf.layers.lstm` and `tf.layers.gru`, also inside of wrappers and nested models.
 *
 * The model is changed in place: weights, names, optimizer and saved files stay, predictions agree to about 1e-6. Layers with
 * other activations than tanh and (hard) sigmoid are left alone. Three things are other than in tfjs 4.22: dropout of the
 * recurrent state no longer scales what is carried on, a NaN in a masked step stays out, and `stateful` layers no longer leak.
 *
 * @returns The same model.
 * @throws TypeError for what is no model.
 * @remarks Cost: nothing until the model runs.
 * @example
 * ```ts
 * import { ones, type Tensor } from '@tensorflow/tfjs-core';
 * import { layers, sequential } from '@tensorflow/tfjs-layers';
 * import { fuse } from 'gradient-health';
 *
 * const recurrentInitializer = 'glorotUniform';
 * const model = sequential({ layers: [layers.lstm({ units: 4, inputShape: [10, 3], recurrentInitializer })] });
 * const before = model.predict(ones([1, 10, 3])) as Tensor;
 * const after = fuse(model).predict(ones([1, 10, 3])) as Tensor;
 * const differences = before.dataSync().map((value, index) => Math.abs(value - after.dataSync()[index]));
 * console.log(Math.max(...differences) < 1e-6);
 * // true
 * ```
 */
export function fuse<Model extends LayersModel>(model: Model): Model {
  assertModel('fuse', model);
  for (const { layer } of placeLayers(model)) {
    if (isFusable(layer) && !tellsThroughTime(layer)) fuseLayer(layer, { resetAfter: false, limits: {} });
  }
  return model;
}
