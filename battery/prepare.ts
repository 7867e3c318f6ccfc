import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { register } from '../src/index.js';

/** Makes tfjs ready to train any program. */
export function prepare(): void {
  // The orthogonal default of recurrent layers throws or takes half a minute in tfjs itself.
  register({ replaceOrthogonal: true });
}
