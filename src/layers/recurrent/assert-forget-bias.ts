import { chronoClass } from '../../init/chrono.js';
import { forgetBiasClass } from '../../init/forget-bias.js';
import type { Initializer } from '../../init/initializer.js';
import type { GateOptions } from './gate-options.js';

/** Initialisers that draw the forget gate's bias themselves, as they are called in saved models and by users. */
const ofForgetGate: Readonly<Record<string, string>> = {
  [chronoClass.className]: 'chrono',
  [forgetBiasClass.className]: 'forgetBias',
};

/**
 * Throws where a forget gate that starts at 1 would take the place of what such an initialiser draws. Those in saved models are
 * left alone: weights are read after them.
 */
export function assertForgetBias(
  name: string,
  { biasInitializer }: GateOptions,
  unitForgetBias: boolean,
): void {
  const className = (biasInitializer as Partial<Initializer> | undefined)?.getClassName?.();
  const given = className && ofForgetGate[className];
  if (!unitForgetBias || !given) return;
  throw new RangeError(
    `${name}: unitForgetBias sets the forget gate's bias to 1, whatever ${given} draws; pass unitForgetBias: false with it`,
  );
}
