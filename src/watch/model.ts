import type { Optimizer } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { ClipVariable } from '../clip/strategy.js';
import { modelFacts } from '../layout/facts.js';
import { kindOf } from '../layout/kind.js';
import { type PlacedLayer, placeLayers } from '../layout/paths.js';
import { unitAxes } from '../layout/units.js';
import { type Penalty, penaltyOf } from '../record/penalty.js';
import type { LayerFacts, ModelFacts } from '../record/run.js';
import { recordKeys } from './names.js';

/**
 * Calls back with the model's optimizer, now and whenever another one takes its place: by `compile`, or by assigning
 * `model.optimizer`. Returns how to stop following.
 */
export function followOptimizer(model: LayersModel, use: (optimizer: Optimizer) => void): () => void {
  let current: Optimizer | undefined;
  const look = (): void => {
    const next = optimizerOf(model);
    if (next === undefined || next === current) return;
    current = next;
    use(next);
  };
  const own = (['compile', 'optimizer'] as const).map(
    (name) => [name, Object.getOwnPropertyDescriptor(model, name)] as const,
  );
  const { compile } = model;
  const accessor = inheritedAccessor(model, 'optimizer');
  Object.defineProperty(model, 'compile', {
    value: (...args: Parameters<LayersModel['compile']>) => {
      compile.apply(model, args);
      // The same optimizer too: the loss may be another, and what is trained, and a Sequential has a new model inside.
      current = undefined;
      look();
    },
    configurable: true,
    writable: true,
  });
  Object.defineProperty(model, 'optimizer', {
    get: () => accessor?.get?.call(model),
    set: (optimizer: Optimizer) => {
      accessor?.set?.call(model, optimizer);
      look();
    },
    configurable: true,
  });
  look();
  return () => {
    for (const [name, descriptor] of own) {
      if (descriptor) Object.defineProperty(model, name, descriptor);
      else Reflect.deleteProperty(model, name);
    }
  };
}

/** The optimizer, or `undefined` before `compile`; a `Sequential` without layers throws when it is asked. */
export function optimizerOf(model: LayersModel): Optimizer | undefined {
  try {
    return model.optimizer ?? undefined;
  } catch {
    return undefined;
  }
}

function inheritedAccessor(object: object, name: string): PropertyDescriptor | undefined {
  for (let at: object | null = object; at !== null; at = Object.getPrototypeOf(at)) {
    const found = Object.getOwnPropertyDescriptor(at, name);
    if (found) return found;
  }
  return undefined;
}

/** What is known of a watched model. Read at its first use, since a model need not be built before its first step. */
export interface ModelView {
  readonly layers: readonly PlacedLayer[];
  /** Variables that its trainable weights are. */
  readonly trainable: ReadonlySet<string>;
  readonly facts: ModelFacts | null;
  /** Of a tfjs variable in records. */
  keyOf(variable: string): string;
  /** Name of a layer's activation. */
  activationOf(path: string): string | undefined;
  /** Whether any weight has a regulariser of tfjs. */
  readonly penalises: boolean;
  /** Of the weight of this key, where it has a regulariser of tfjs. */
  penaltyOf(key: string): Penalty | undefined;
}

/**
 * Looks at a model, or at nothing where only an optimizer is watched.
 *
 * @param optimizer - What trains it, where that is not the one it was compiled with.
 */
export function viewOf(model: LayersModel | undefined, optimizer?: Optimizer): ModelView {
  const layers = lazy(() => (model ? layersOf(model) : []));
  const trainable = lazy(
    () => new Set(layers().flatMap(({ layer }) => layer.trainableWeights.map(({ name }) => name))),
  );
  const facts = lazy(() => (model ? modelFacts(model, layers(), optimizer) : null));
  const keyOf = lazy(() => recordKeys(layers()));
  const activations = lazy(() => new Map(facts()?.layers.map(({ path, activation }) => [path, activation])));
  const penalties = lazy(() => new Map(facts()?.layers.flatMap(penaltiesOfLayer)));
  return {
    get trainable() {
      return trainable();
    },
    get layers() {
      return layers();
    },
    get facts() {
      return facts();
    },
    keyOf: (variable) => keyOf()(variable),
    activationOf: (path) => activations().get(path),
    get penalises() {
      return penalties().size > 0;
    },
    penaltyOf: (key) => penalties().get(key),
  };
}

function penaltiesOfLayer(layer: LayerFacts): [key: string, penalty: Penalty][] {
  return Object.keys(layer.regularizers ?? {}).flatMap((weight): [string, Penalty][] => {
    const penalty = penaltyOf(layer, weight);
    return penalty ? [[`${layer.path}/${weight}`, penalty]] : [];
  });
}

function lazy<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** The layers of a model; none while it is not built. */
export function layersOf(model: LayersModel): PlacedLayer[] {
  try {
    return placeLayers(model);
  } catch {
    return [];
  }
}

/** What each trainable weight is, by variable name, for strategies that clip by unit. */
export function describeWeights(placed: readonly PlacedLayer[]): Record<string, ClipVariable> {
  return Object.fromEntries(
    placed.flatMap(({ layer, isOutput }) =>
      layer.trainableWeights.map(({ name, originalName, shape }) => {
        const size = shape.map((length) => length ?? 0);
        const kind = kindOf(layer.getClassName(), originalName, size);
        return [name, { kind, unitAxes: unitAxes(kind, size), isOutput }];
      }),
    ),
  );
}
