import { activationPages } from './activations.js';
import { backendsPage } from './backends.js';
import { measuredPictures } from './measured.js';
import type { Page } from './page.js';

/** Every file of `docs/` that is computed; a test compares them with what is there. Needs the cpu backend. */
export const pages = (): Page[] => [...activationPages(), ...measuredPictures(), backendsPage()];
