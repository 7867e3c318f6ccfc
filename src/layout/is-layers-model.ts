import type { LayersModel } from '@tensorflow/tfjs-layers';

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

/** Refuses what is no model, as plain JavaScript may pass it. */
export function assertModel(caller: string, target: unknown): void {
  if (isLayersModel(target)) return;
  throw new TypeError(
    `${caller}: model must be a LayersModel of tfjs, got ${target === null ? 'null' : typeof target}`,
  );
}
