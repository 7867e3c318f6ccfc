import type { Optimizer } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { ClipStrategy } from '../clip/strategy.js';
import type { Standardization } from './standardization.js';

/** A layer as tfjs's `getConfig` of a model lists it. */
export interface LayerConfig {
  readonly className: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** Of functional models. */
  readonly name?: string;
  /** Of functional models: for each use, the layers it reads, each as [name, use, output, arguments]. */
  readonly inboundNodes?: readonly (readonly Inbound[])[];
}

export type Inbound = readonly [name: string, use: number, output: number, kwargs?: unknown];

/** A model as tfjs's `getConfig` describes it. */
export interface ModelConfig {
  readonly layers: readonly LayerConfig[];
  /** Of functional models. */
  readonly inputLayers?: readonly Inbound[];
  readonly outputLayers?: readonly Inbound[];
}

/** Everything about a training that a remedy may change, as data beside the model that it starts from. */
export interface Plan {
  readonly config: ModelConfig;
  readonly optimizer: OptimizerPlan;
  readonly loss: LayersModel['loss'];
  readonly clip: ClipStrategy | undefined;
  readonly input: Standardization | undefined;
  readonly target: Standardization | undefined;
  /** Paths of the layers whose weights are drawn anew; those of all others are the model's own. */
  readonly redrawn: ReadonlySet<string>;
}

/** An optimizer by its class and configuration, so that no instance is ever shared. */
export interface OptimizerPlan {
  readonly cls: { readonly className: string; fromConfig(cls: unknown, config: object): Optimizer };
  readonly config: Readonly<Record<string, unknown>>;
}

/** The plan that repeats what `model` is. */
export function planOf(model: LayersModel, clip: ClipStrategy | undefined): Plan {
  const optimizer = model.optimizer as Optimizer;
  return {
    config: model.getConfig() as unknown as ModelConfig,
    optimizer: {
      cls: optimizer.constructor as unknown as OptimizerPlan['cls'],
      config: optimizer.getConfig(),
    },
    loss: model.loss,
    clip,
    input: undefined,
    target: undefined,
    redrawn: new Set(),
  };
}

const nameOf = ({ name, config }: LayerConfig): string => name ?? String(config['name']);

/** Gives each layer of these paths a new configuration, inside nested models and wrappers too. */
export function editLayers(
  config: ModelConfig,
  paths: readonly string[],
  edit: (layer: LayerConfig, path: string) => LayerConfig,
): ModelConfig {
  return { ...config, layers: config.layers.map((layer) => editWithin(layer, nameOf(layer), paths, edit)) };
}

function editWithin(
  layer: LayerConfig,
  path: string,
  paths: readonly string[],
  edit: (layer: LayerConfig, path: string) => LayerConfig,
): LayerConfig {
  const edited = paths.includes(path) ? edit(layer, path) : layer;
  if (!paths.some((each) => each.startsWith(`${path}/`))) return edited;
  const within = (inner: LayerConfig): LayerConfig =>
    editWithin(inner, `${path}/${nameOf(inner)}`, paths, edit);
  const { layers, layer: wrapped } = edited.config;
  return {
    ...edited,
    config: {
      ...edited.config,
      ...(Array.isArray(layers) && { layers: (layers as LayerConfig[]).map(within) }),
      ...(isLayer(wrapped) && { layer: within(wrapped) }),
    },
  };
}

const isLayer = (value: unknown): value is LayerConfig =>
  typeof value === 'object' && value !== null && 'className' in value;

/** Puts layers behind the one of this name, which must not be inside another; `null` where there is none, or several uses. */
export function insertAfter(
  config: ModelConfig,
  name: string,
  added: readonly { readonly className: string; readonly config: Readonly<Record<string, unknown>> }[],
): ModelConfig | null {
  const at = config.layers.findIndex((layer) => nameOf(layer) === name);
  const before = config.layers[at];
  if (before === undefined || (before.inboundNodes?.length ?? 1) !== 1) return null;
  const taken = new Set(config.layers.map(nameOf));
  const free = (wanted: string): string => (taken.has(wanted) ? free(`${wanted}_`) : wanted);
  const named = added.map((layer) => ({
    ...layer,
    config: { ...layer.config, name: free(String(layer.config['name'])) },
  }));
  const last = named.at(-1)?.config.name ?? name;
  const isFunctional = before.inboundNodes !== undefined;
  const redirect = ([from, ...rest]: Inbound): Inbound => [from === name ? last : from, ...rest];
  const chained = named.map((layer, i): LayerConfig => {
    const from = named[i - 1]?.config.name ?? name;
    if (!isFunctional) return layer;
    return { ...layer, name: layer.config.name, inboundNodes: [[[from, 0, 0, {}]]] };
  });
  const layers = config.layers.map((layer) => {
    if (!layer.inboundNodes) return layer;
    return { ...layer, inboundNodes: layer.inboundNodes.map((node) => node.map(redirect)) };
  });
  return {
    ...config,
    ...(config.outputLayers && { outputLayers: config.outputLayers.map(redirect) }),
    layers: [...layers.slice(0, at + 1), ...chained, ...layers.slice(at + 1)],
  };
}
