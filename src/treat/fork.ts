import { dispose, type Optimizer, type serialization, type Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel, layers } from '@tensorflow/tfjs-layers';
import { fastOrthogonal } from '../init/fast-orthogonal.js';
import { readSaved } from '../init/own-class.js';
import { type PlacedLayer, placeLayers } from '../layout/paths.js';
import type { Plan } from './plan.js';

/** The class of a model or layer, as its `fromConfig` wants it. */
interface Rebuildable<T> {
  fromConfig(cls: unknown, config: object, customObjects?: object, fastWeightInit?: boolean): T;
}
type Layer = layers.Layer & {
  readonly inboundNodes: readonly { readonly inputShapes: readonly (readonly (number | null)[])[] }[];
};

/** Weights that a treatment has drawn, by the class and configuration of the layer; whoever makes it disposes them. */
export type DrawnWeights = Map<string, Tensor[]>;

/** What all forks of a treatment have in common. */
export interface ForkOptions {
  readonly compile?: ((model: LayersModel) => void) | undefined;
  readonly drawn?: DrawnWeights;
}

/**
 * Builds and compiles the model of a plan. Weights are those of `source`, but for the layers that are redrawn or new, whose
 * initialisers draw them: only once with the same `drawn`, so that trials are alike and what comes of them is what was tried.
 *
 * @throws Error when the model holds a class that tfjs cannot build from its configuration.
 */
export function fork(plan: Plan, source: LayersModel, { compile, drawn }: ForkOptions = {}): LayersModel {
  const model = rebuild(plan, source);
  const own = new Map(placeLayers(source).map(({ path, layer }) => [path, layer]));
  const placed = placeLayers(model);
  // A layer within another is built by it, so the outer one is drawn first and the inner ones are copied over it.
  for (const layer of model.layers) {
    const within = placed.filter(({ path }) => path === layer.name || path.startsWith(`${layer.name}/`));
    if (within.some((place) => !isCopied(place, plan, own))) draw(layer as Layer, drawn);
  }
  for (const place of placed) {
    const from = own.get(place.path);
    if (from && isCopied(place, plan, own)) place.layer.setWeights(from.getWeights());
  }
  freezeAs(model, source);
  const { cls, config } = plan.optimizer;
  model.compile({
    optimizer: cls.fromConfig(cls, { ...config }),
    loss: plan.loss,
    ...(source.metrics && { metrics: source.metrics }),
  });
  compile?.(model);
  return model;
}

/** Freezes the models within that are frozen in the user's: their configuration does not tell. */
function freezeAs(model: { readonly layers: readonly layers.Layer[] }, from: typeof model): void {
  for (const inner of model.layers) {
    const own = from.layers.find(({ name }) => name === inner.name);
    if (!holdsLayers(inner) || !own || !holdsLayers(own)) continue;
    if (!own.trainable) inner.trainable = false;
    freezeAs(inner, own);
  }
}

const holdsLayers = (
  layer: layers.Layer,
): layer is layers.Layer & { readonly layers: readonly layers.Layer[] } =>
  Array.isArray((layer as { readonly layers?: unknown }).layers);

/** Disposes a fork with its optimizer; tfjs's Momentum forgets the scalar that it inherits from SGD. */
export function disposeFork(model: LayersModel): void {
  const optimizer = model.optimizer as Optimizer & { readonly c?: Tensor };
  model.dispose();
  optimizer.dispose();
  if (optimizer.c && !optimizer.c.isDisposed) optimizer.c.dispose();
}

function rebuild({ config }: Plan, source: LayersModel): LayersModel {
  const cls = source.constructor as unknown as Rebuildable<LayersModel>;
  try {
    return cls.fromConfig(cls, structuredClone(config) as object, {}, true);
  } catch (error) {
    const cause = error instanceof Error ? error : new Error(String(error));
    throw new Error(
      `treat: the model cannot be rebuilt from its configuration, which trying a remedy on a copy needs: ${cause.message}. ` +
        'Register custom layers with tf.serialization.registerClass and give them getConfig and fromConfig',
      { cause },
    );
  }
}

/** Whether a layer keeps the weights that the user's model has. */
function isCopied({ path, layer }: PlacedLayer, plan: Plan, own: ReadonlyMap<string, layers.Layer>): boolean {
  const from = own.get(path);
  if (!from || plan.redrawn.has(path) || from.getClassName() !== layer.getClassName()) return false;
  const shapes = (each: layers.Layer): string => JSON.stringify(each.weights.map(({ shape }) => shape));
  return shapes(from) === shapes(layer);
}

/** Gives a layer what its initialisers draw: those of a twin that is built as tfjs builds. */
function draw(layer: Layer, drawn: DrawnWeights | undefined): void {
  if (layer.weights.length === 0) return;
  const shapes = layer.weights.map(({ shape }) => shape);
  const key = JSON.stringify([layer.getClassName(), layer.getConfig(), shapes]);
  const weights = drawn?.get(key) ?? drawTwin(layer);
  layer.setWeights(weights);
  if (drawn) drawn.set(key, weights);
  else dispose(weights);
}

/** What holds initialisers, or layers that do, behind the public face of tfjs's layers. */
interface Holder {
  readonly [name: string]: unknown;
  readonly cells?: readonly Holder[];
}
const initializerNames = ['kernel', 'recurrent', 'depthwise', 'pointwise', 'embeddings'].map(
  (weight) => `${weight}Initializer`,
);
const heldLayers = ['cell', 'layer', 'forwardLayer', 'backwardLayer'];

/** Takes ours in the place of tfjs's orthogonal initialisers, which throw where only its parts are imported. */
function useFastOrthogonal(holder: object): void {
  const held = holder as Holder;
  for (const name of initializerNames) {
    const given = held[name] as serialization.Serializable | null | undefined;
    if (given?.getClassName() !== 'Orthogonal') continue;
    Object.assign(held, { [name]: fastOrthogonal({ className: 'Orthogonal', config: given.getConfig() }) });
  }
  for (const name of heldLayers) if (held[name]) useFastOrthogonal(held[name]);
  for (const cell of held.cells ?? []) useFastOrthogonal(cell);
}

/** By the class that its name stands for: what a fused layer can, the one of tfjs that it was made of may refuse. */
function rebuiltLayer(layer: Layer): layers.Layer {
  const className = layer.getClassName();
  const config = structuredClone(layer.getConfig()) as serialization.ConfigDict;
  const known = readSaved({ className, config });
  if (known) return known as layers.Layer;
  const cls = layer.constructor as unknown as Rebuildable<layers.Layer>;
  return cls.fromConfig(cls, config);
}

function drawTwin(layer: Layer): Tensor[] {
  const twin = rebuiltLayer(layer);
  useFastOrthogonal(twin);
  const [first] = layer.inboundNodes;
  if (!twin.built) twin.build([...(first?.inputShapes[0] ?? [])]);
  return twin.getWeights();
}
