import { activationPages } from './activations.js';
/** Every file of `docs/` that is computed; a test compares them with what is there. */
export const pages = () => [...activationPages()];
