export type { HeOptions } from './he.js';
export { heNormal, heUniform } from './he.js';
export type { Initializer } from './initializer.js';
export { lecunNormal, lecunUniform } from './lecun.js';
export type { KernelKind, VarianceOptions } from './variance-scaling.js';
export { xavierNormal, xavierUniform } from './xavier.js';
