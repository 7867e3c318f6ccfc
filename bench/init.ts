import '@tensorflow/tfjs-backend-cpu';
import {
  getBackend,
  reshape,
  setBackend,
  sign,
  stridedSlice,
  Tensor,
  transpose,
} from '@tensorflow/tfjs-core';
import { initializers as tfjs } from '@tensorflow/tfjs-layers';
import { initializers } from '../src/index.js';
import type { Bench, BenchCase } from './harness/measure.js';

/**
 * The chained methods that tfjs's Orthogonal calls. The union package registers them, modular imports do not, and their
 * module does not load in Node; without them it throws instead of being slow.
 */
function registerChainedMethods(): void {
  Object.assign(Tensor.prototype, {
    flatten(this: Tensor) {
      return reshape(this, [this.size]);
    },
    reshape(this: Tensor, shape: number[]) {
      return reshape(this, shape);
    },
    sign(this: Tensor) {
      return sign(this);
    },
    stridedSlice(this: Tensor, begin: number[], end: number[], strides: number[]) {
      return stridedSlice(this, begin, end, strides);
    },
    transpose(this: Tensor) {
      return transpose(this);
    },
  });
}

type Initializer = initializers.Initializer;

const fill =
  (initializer: Initializer, shape: number[]): (() => void) =>
  () => {
    initializer.apply(shape).dispose();
  };

/** What a program without any library would write: Box and Muller's transform, into a typed array. */
function fillNormally(size: number, std: number): Float32Array {
  const values = new Float32Array(size);
  for (let i = 0; i < size; i += 2) {
    const radius = std * Math.sqrt(-2 * Math.log(1 - Math.random()));
    const angle = 2 * Math.PI * Math.random();
    values[i] = radius * Math.cos(angle);
    values[i + 1] = radius * Math.sin(angle);
  }
  return values;
}

/** The recurrent kernel of an LSTM of 128 units. tfjs needs half a minute for one, hence the few rounds. */
function orthogonalCase(): BenchCase {
  const shape = [128, 512];
  return {
    case: 'orthogonal [128, 512]',
    backend: getBackend(),
    baseline: 'tf.initializers.orthogonal',
    variants: {
      'tf.initializers.orthogonal': fill(tfjs.orthogonal({ seed: 1 }), shape),
      orthogonal: fill(initializers.orthogonal({ seed: 1 }), shape),
      'perGate(orthogonal)': fill(
        initializers.perGate(initializers.orthogonal({ seed: 1 }), { gates: 4 }),
        shape,
      ),
    },
    pairs: 3,
  };
}

function heCase(): BenchCase {
  const shape = [4096, 4096];
  return {
    case: 'He normal [4096, 4096]',
    backend: getBackend(),
    baseline: 'typed array',
    variants: {
      'typed array': () => {
        fillNormally(4096 * 4096, Math.sqrt(2 / 4096));
      },
      heNormal: fill(initializers.heNormal({ seed: 1 }), shape),
      heUniform: fill(initializers.heUniform({ seed: 1 }), shape),
      'tf.initializers.heNormal': fill(tfjs.heNormal({ seed: 1 }), shape),
    },
    pairs: 5,
  };
}

const init: Bench = {
  summary: 'What filling weights costs, against tfjs and against a plain loop',
  async *cases() {
    await setBackend('cpu');
    registerChainedMethods();
    yield heCase();
    yield orthogonalCase();
  },
};

export default init;
