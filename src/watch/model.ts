import type { Optimizer } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { ClipVariable } from '../clip/strategy.js';
import { kindOf } from '../layout/kind.js';
import { type PlacedLayer, placeLayers } from '../layout/paths.js';
import { unitAxes } from '../layout/units.js';

/** Tells a tfjs `LayersModel` from everything else, by shape: bundles may hold two copies of tfjs. */
export function isLayersModel(target: unknown): target is LayersModel {
  const model = target as Partial<LayersModel> | null;
  return (
    typeof model === 'object' &&
    model !== null &&
    typeof model.compile === 'function' &&
    Array.isArray(model.layers)
  );
}

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
  const { compile } = model;
  const accessor = inheritedAccessor(model, 'optimizer');
  Object.defineProperty(model, 'compile', {
    value: (...args: Parameters<LayersModel['compile']>) => {
      compile.apply(model, args);
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
    delete (model as { compile?: unknown }).compile;
    delete (model as { optimizer?: unknown }).optimizer;
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
