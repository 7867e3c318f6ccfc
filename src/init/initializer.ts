import type { initializers } from '@tensorflow/tfjs-layers';

/** What every `kernelInitializer`, `biasInitializer`, ... of tfjs-layers accepts; tfjs does not export its name. */
export type Initializer = ReturnType<typeof initializers.ones>;
