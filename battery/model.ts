import { dispose, serialization, type Tensor } from '@tensorflow/tfjs-core';
import { type LayersModel, type layers, loadLayersModel, sequential } from '@tensorflow/tfjs-layers';
import { layers as ownGroup } from '../src/index.js';
import { placeLayers } from '../src/layout/paths.js';
import { checkFields, type Fields, isObject, object, optional, text } from './fields.js';
import { createOptimizer } from './optimizer.js';
import type { Part, Program } from './program.js';
import { type Random, streamOf, withRandom } from './random.js';

type Layer = layers.Layer;
type FromConfig = (cls: unknown, config: serialization.ConfigDict) => Layer;

/** Layers of this library, by the class name that a program gives. */
const ownLayers: Readonly<Record<string, (config: serialization.ConfigDict) => Layer>> = {
  FusedLSTM: (config) => ownGroup.lstm(config as unknown as ownGroup.LstmOptions),
  FusedGRU: (config) => ownGroup.gru(config as unknown as ownGroup.GruOptions),
};

const layerFields: Fields<Part> = { className: text, config: optional(object) };

/** @throws RangeError for a layer that neither tfjs nor this library has. */
export function checkLayer(value: unknown, where: string): void {
  checkFields(value, layerFields, where);
  if (!(value.className in ownLayers) && !(value.className in classes())) {
    throw new RangeError(`${where}: there is no layer of class ${value.className}`);
  }
}

/**
 * Builds and compiles the model of a program. Every layer draws its initial weights, and later its dropout masks and
 * noise, from its own stream, fixed by `seed` and its position; the layers of a full topology share one for their weights.
 */
export async function buildModel(program: Program, seed: number): Promise<LayersModel> {
  const model = program.layers ? stack(program.layers, seed) : await load(program.model ?? {}, seed);
  if (model.inputs.length !== 1 || model.outputs.length !== 1) {
    throw new RangeError(
      `a model must have one input and one output, got ${model.inputs.length} and ${model.outputs.length}`,
    );
  }
  model.layers.forEach((layer, i) => {
    drawFrom(layer, streamOf(seed, i, 1));
  });
  model.compile({ optimizer: createOptimizer(program.optimizer), loss: program.loss });
  return model;
}

function stack(parts: readonly Part[], seed: number): LayersModel {
  const model = sequential();
  parts.forEach((part, i) => {
    const config = namedConfig(structuredClone(part), `${part.className.toLowerCase()}_${i}`);
    withRandom(streamOf(seed, i), () => {
      model.add(createLayer(part.className, config));
    });
  });
  return model;
}

/** Names layers without a name: tfjs counts names up for the life of the process, which would tell one seed from the next. */
function namedConfig({ config = {} }: Part, name: string): serialization.ConfigDict {
  const nested = Object.entries(config).map(([field, value]) => {
    const wraps = (field === 'layer' || field === 'cell') && isObject(value);
    return [field, wraps ? { ...value, config: namedConfig(value as unknown as Part, field) } : value];
  });
  return { name, ...Object.fromEntries(nested) };
}

function createLayer(className: string, config: serialization.ConfigDict): Layer {
  const own = ownLayers[className];
  if (own) return own(config);
  const [cls, fromConfig] = classes()[className] as unknown as [unknown, FromConfig];
  return fromConfig(cls, config);
}

function classes(): Readonly<Record<string, unknown>> {
  return serialization.SerializationMap.getMap().classNameMap;
}

/** Nothing else runs while this waits, so that nobody else draws from the stream. */
function load(topology: Readonly<Record<string, unknown>>, seed: number): Promise<LayersModel> {
  const original = Math.random;
  Math.random = streamOf(seed, 0);
  return loadLayersModel({ load: async () => ({ modelTopology: structuredClone(topology) }) }).finally(() => {
    Math.random = original;
  });
}

/** Lets whatever a layer draws at each call come from `random`. */
function drawFrom(layer: Layer, random: Random): void {
  const call = layer.call.bind(layer);
  layer.call = (inputs: Tensor | Tensor[], kwargs) => withRandom(random, () => call(inputs, kwargs));
}

/** A recurrent cell of tfjs. */
interface Masked {
  readonly dropoutMask?: Tensor | Tensor[] | null;
  readonly recurrentDropoutMask?: Tensor | Tensor[] | null;
}

/** Disposes a model with what recurrent cells of tfjs keep beyond it: the dropout masks of their last call. */
export function disposeModel(model: LayersModel): void {
  for (const { layer } of placeLayers(model)) {
    const { cell = layer as Masked } = layer as { readonly cell?: Masked };
    dispose([cell.dropoutMask ?? [], cell.recurrentDropoutMask ?? []].flat());
  }
  model.dispose();
}
