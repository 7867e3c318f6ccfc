import type { Optimizer } from '@tensorflow/tfjs-core';
import type { LayersModel, layers } from '@tensorflow/tfjs-layers';
import type { LayerFacts, ModelFacts } from '../record/run.js';
import { type PlacedLayer, placeLayers } from './paths.js';
import { tellsThroughTime } from './through-time.js';

type Config = Readonly<Record<string, unknown>>;

/** Describes a model as data; a layer whose configuration cannot be read is described without it. */
export function modelFacts(
  model: LayersModel,
  placed: readonly PlacedLayer[] = placeLayers(model),
  optimizer: Optimizer | undefined = model.optimizer,
): ModelFacts {
  const trained = new Set(model.trainableWeights.map(({ name }) => name));
  return {
    layers: placed.map((layer) => layerFacts(layer, trained)),
    loss: lossNames(model),
    optimizer: optimizerFacts(optimizer),
  };
}

function layerFacts(
  { path, layer, depth, inbound, isOutput }: PlacedLayer,
  trained: ReadonlySet<string>,
): LayerFacts {
  const config = configOf(layer);
  const activation = activationOf(layer, config);
  const initializers = ofWeights(config, 'Initializer');
  const regularizers = ofWeights(config, 'Regularizer');
  const constraints = ofWeights(config, 'Constraint');
  const settings = Object.entries(config).filter(
    (entry): entry is [string, number | boolean] =>
      typeof entry[1] === 'number' || typeof entry[1] === 'boolean',
  );
  const learned = learnedWeights(layer);
  const frozen = learned.length > 0 && !learned.some(({ name }) => trained.has(name));
  const weights = layer.weights.map(({ originalName, shape }) => {
    const name = originalName.slice(originalName.lastIndexOf('/') + 1);
    return [name, shape.map((size) => size ?? 0)] as const;
  });
  return {
    path,
    className: layer.getClassName(),
    depth,
    inbound,
    ...(activation !== undefined && { activation }),
    ...(tellsThroughTime(layer) && { fused: true }),
    ...(initializers && { initializers }),
    ...(regularizers && { regularizers }),
    ...(constraints && { constraints }),
    ...(settings.length > 0 && { config: Object.fromEntries(settings) }),
    ...(weights.length > 0 && { weights: Object.fromEntries(weights) }),
    ...(frozen && { frozen }),
    isOutput,
  };
}

/** What can be learned of the weights of a layer, frozen or not: not the averages that normalisation keeps. */
export function learnedWeights({ weights }: layers.Layer): layers.Layer['weights'] {
  return weights.filter(({ originalName }) => !/(^|\/)moving_[a-z]+$/.test(originalName));
}

/** The configuration of the layer, completed by that of the one cell that a recurrent layer runs. */
function configOf(layer: layers.Layer): Config {
  const { cell } = layer as { cell?: layers.Layer };
  try {
    return { ...cell?.getConfig(), ...layer.getConfig() } as Config;
  } catch {
    return {};
  }
}

/** Layers that are an activation, by class name; their configuration does not name it. */
const activationLayers: Readonly<Record<string, string>> = {
  ReLU: 'relu',
  LeakyReLU: 'leakyRelu',
  PReLU: 'prelu',
  ELU: 'elu',
  ThresholdedReLU: 'thresholdedRelu',
  GradientHealthElu: 'elu',
  GradientHealthCelu: 'celu',
  GradientHealthHardTanh: 'hardTanh',
  GradientHealthHardSigmoid: 'hardSigmoid',
  GradientHealthHardSwish: 'hardSwish',
  GradientHealthSoftshrink: 'softshrink',
  Softmax: 'softmax',
};

function activationOf(layer: layers.Layer, config: Config): string | undefined {
  const { activation } = config;
  return typeof activation === 'string' ? activation : activationLayers[layer.getClassName()];
}

/** What a layer is configured with for its weights, by the name of the weight. */
function ofWeights(config: Config, kind: string): Record<string, string> | undefined {
  const found = Object.entries(config).flatMap(([key, value]) => {
    const text = key.endsWith(kind) ? describedAs(value) : undefined;
    return text === undefined || key === kind
      ? []
      : [[weightName(key.slice(0, -kind.length)), text] as const];
  });
  return found.length > 0 ? Object.fromEntries(found) : undefined;
}

/** `VarianceScaling(2, fanIn, normal)`: the class and the values of its configuration, seeds left out. */
function describedAs(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { className, config } = value as { className?: unknown; config?: Config };
  if (typeof className !== 'string') return undefined;
  const values = Object.entries(config ?? {}).filter(
    ([key, item]) => key !== 'seed' && (typeof item === 'number' || typeof item === 'string'),
  );
  return values.length === 0
    ? className
    : `${className}(${values.map(([, item]) => String(item)).join(', ')})`;
}

/** `recurrentInitializer` fills `recurrent_kernel`, `movingMeanInitializer` fills `moving_mean`. */
const weightName = (option: string): string =>
  option
    .replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
    .replace(/^(recurrent|depthwise|pointwise)$/, '$1_kernel');

function lossNames(model: LayersModel): string | string[] {
  const loss: unknown = model.loss;
  const name = (item: unknown): string => (typeof item === 'function' ? item.name || 'custom' : String(item));
  if (Array.isArray(loss)) return loss.map(name);
  if (typeof loss === 'object' && loss !== null) return Object.values(loss).map(name);
  return loss === undefined ? [] : name(loss);
}

function optimizerFacts(optimizer: Optimizer | undefined): ModelFacts['optimizer'] {
  if (!optimizer) return { className: 'none', config: {} };
  const config = Object.entries(optimizer.getConfig()).filter(
    (entry): entry is [string, number] => typeof entry[1] === 'number',
  );
  return { className: optimizer.getClassName(), config: Object.fromEntries(config) };
}
