import type { PlacedLayer } from '../layout/paths.js';

/** Maps the global name of a tfjs variable to its key in records. */
export type KeyOf = (variable: string) => string;

/**
 * Keys by `layer path/weight name`. A variable that belongs to no layer, or to no known model, is keyed by its own name
 * without the counter by which tfjs keeps it unique, unless that would name two variables alike.
 */
export function recordKeys(placed: readonly PlacedLayer[]): KeyOf {
  const keys = new Map<string, string>();
  const taken = new Set<string>();
  const take = (variable: string, key: string): string => {
    const unique = taken.has(key) ? variable : key;
    taken.add(unique);
    keys.set(variable, unique);
    return unique;
  };
  for (const { path, layer } of placed) {
    for (const weight of layer.weights) {
      if (!keys.has(weight.name)) take(weight.name, `${path}/${lastSegment(weight.originalName)}`);
    }
  }
  return (variable) => keys.get(variable) ?? take(variable, variable.replace(/_\d+$/, ''));
}

const lastSegment = (name: string): string => name.slice(name.lastIndexOf('/') + 1);
