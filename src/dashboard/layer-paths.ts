import type { ModelFacts } from '../record/run.js';

/** Whether a path is that of a layer of the model. */
export function layerPathsOf(model: ModelFacts | null): (path: string) => boolean {
  const paths = new Set(model?.layers.map(({ path }) => path));
  return (path) => paths.has(path);
}
