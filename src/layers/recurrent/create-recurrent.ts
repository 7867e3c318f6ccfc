import type { serialization } from '@tensorflow/tfjs-core';
import type { LayerVariable, layers, Shape } from '@tensorflow/tfjs-layers';
import { fastOrthogonal } from '../../init/fast-orthogonal.js';
import { type OwnClass, registerOwnClass } from '../../init/own-class.js';
import { cellOf, fuseLayer } from './fuse-layer.js';
import { assertRecurrentOptions, type RecurrentOptions } from './recurrent-options.js';

/** What a fused layer needs beside the options that every one has. */
export interface RecurrentClass {
  /** Of the public function, for error messages. */
  readonly name: string;
  /** Of tfjs, as it stands in saved models. */
  readonly className: 'LSTM' | 'GRU';
  /** As it stands in saved models where tfjs's could not compute the same. */
  readonly own: OwnClass;
  readonly resetAfter: boolean;
  /** Makes the layer of tfjs, with all options filled in. */
  create(options: Readonly<Record<string, unknown>>): layers.RNN;
}

/** Whether a layer has weights, or one that was cloned from it, as `bidirectional` clones the layer it is given. */
interface Life {
  built: boolean;
}

/** By which the configuration of a layer leads its clones back to it; left out of files. */
const lifeKey: unique symbol = Symbol('life');

const kerasDefaults: Partial<RecurrentOptions> = {
  recurrentActivation: 'sigmoid',
  kernelInitializer: 'glorotUniform',
};

/** Makes a recurrent layer of tfjs that computes its whole sequence at once, and is saved as tfjs's where that would do. */
export function createRecurrent(
  { name, className, own, resetAfter, create }: RecurrentClass,
  options: RecurrentOptions & { readonly [lifeKey]?: Life },
): layers.RNN {
  assertRecurrentOptions(name, options);
  registerOwnClass(own);
  const { defaults = 'keras', recurrentClipValue, recurrentClipNorm, truncateAfter, ...rest } = options;
  const life: Life = options[lifeKey] ?? { built: false };
  const layer = create({
    ...(defaults === 'keras' && kerasDefaults),
    // An option that is given as undefined would undo its default.
    ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)),
    recurrentInitializer: fastOrthogonal(options.recurrentInitializer),
  });
  const limits = { clipValue: recurrentClipValue, clipNorm: recurrentClipNorm, truncateAfter };
  fuseLayer(layer, { resetAfter, limits });
  const extras = Object.fromEntries(
    Object.entries({ recurrentClipValue, recurrentClipNorm, truncateAfter }).filter(
      ([, value]) => value != null,
    ),
  );
  const isOwn = resetAfter || Object.keys(extras).length > 0;
  if (resetAfter) addRecurrentBias(layer);

  const { build, getConfig } = layer;
  layer.build = (shape) => {
    build.call(layer, shape);
    life.built = true;
  };
  // A layer without weights may be about to be cloned: by its own class, or the clone would be one of plain tfjs.
  layer.getClassName = () => (isOwn || !life.built ? own.className : className);
  layer.getConfig = (): serialization.ConfigDict => {
    const config = { ...getConfig.call(layer), ...(resetAfter && { resetAfter }), ...extras };
    return Object.assign(config, { [lifeKey]: life });
  };
  return layer;
}

type AddWeight = (name: string, shape: Shape, ...rest: unknown[]) => LayerVariable;

/** tfjs's GRU has a bias [3 units]; with the reset after the product there is one of the input and one of the state. */
function addRecurrentBias(layer: layers.RNN): void {
  const cell = cellOf(layer);
  const { build } = cell;
  const { addWeight } = cell as unknown as { addWeight: AddWeight };
  cell.build = (inputShape) => {
    const twice: AddWeight = (name, shape, ...rest) =>
      addWeight.call(cell, name, name === 'bias' ? [2, ...shape] : shape, ...rest);
    Object.assign(cell, { addWeight: twice });
    build.call(cell, inputShape);
    Reflect.deleteProperty(cell, 'addWeight');
  };
}
