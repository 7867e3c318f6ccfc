import { chronoClass } from './chrono.js';
import { deltaOrthogonalClass } from './delta-orthogonal.js';
import { diracClass } from './dirac.js';
import { forgetBiasClass } from './forget-bias.js';
import { type OrthogonalOptions, orthogonal } from './orthogonal.js';
import { type OwnClass, registerOwnClass, replaceClass } from './own-class.js';
import { perGateClass } from './per-gate.js';
import { sparseClass } from './sparse.js';

const initializerClasses: readonly OwnClass[] = [
  chronoClass,
  deltaOrthogonalClass,
  diracClass,
  forgetBiasClass,
  perGateClass,
  sparseClass,
];

/** Makes tfjs able to read the initialisers that it has no class for. */
export function registerInitializers(): void {
  for (const each of initializerClasses) registerOwnClass(each);
}

/** Makes tfjs use our `orthogonal` wherever its own is named. */
export function replaceOrthogonal(): void {
  replaceClass({ className: 'Orthogonal', create: (config: OrthogonalOptions) => orthogonal(config) });
}
