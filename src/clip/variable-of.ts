import type { ClipContext, ClipVariable } from './strategy.js';

/** Looks up what a weight is, for the strategies that cannot do without. */
export function variableOf({ variables }: ClipContext, name: string, strategy: string): ClipVariable {
  const variable = variables[name];
  if (variable) return variable;
  throw new Error(
    `${strategy}: needs to know what the axes of '${name}' mean, but the model is not known. Watch the model instead of ` +
      `its optimizer, or name it: withClipping(optimizer, ${strategy}(), { model }).`,
  );
}
