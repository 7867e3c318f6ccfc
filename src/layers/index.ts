export type { LayerOptions } from './define-layer.js';
export type { CeluOptions, EluOptions } from './elu.js';
export { celu, elu } from './elu.js';
export { hardSigmoid, hardSwish, hardTanh } from './hard.js';
export type { LeakyReluOptions } from './leaky-relu.js';
export { leakyRelu } from './leaky-relu.js';
export { silu } from './silu.js';
export type { SoftshrinkOptions } from './softshrink.js';
export { softshrink } from './softshrink.js';
