import type { Part, Program } from '../program.js';

export type Config = Readonly<Record<string, unknown>>;

const weighted = /^(?:Dense|Conv\dD)$/;

/** Positions of the layers that multiply their input by a kernel, and none of it through time. */
export const weightedLayers = ({ layers = [] }: Program): number[] =>
  layers.flatMap(({ className }, at) => (weighted.test(className) ? [at] : []));

/** Those of them that another one follows. */
export const hiddenLayers = (program: Program): number[] => weightedLayers(program).slice(0, -1);

/** The last layer, where it is a dense one and so the model's output. */
export function outputLayer({ layers = [] }: Program): Part | null {
  const last = layers.at(-1);
  return last?.className === 'Dense' ? last : null;
}

/** The activation of a layer; that of tfjs where it says none. */
export const activationOf = ({ config = {} }: Part): string => String(config['activation'] ?? 'linear');

/** Changes the configuration of the layers at these positions; `null` where there are none. */
export function changeLayers(
  { layers, ...program }: Program,
  positions: readonly number[],
  change: Config,
): Program | null {
  if (!layers || positions.length === 0) return null;
  return {
    ...program,
    layers: layers.map((part, at) =>
      positions.includes(at) ? { ...part, config: { ...part.config, ...change } } : part,
    ),
  };
}
