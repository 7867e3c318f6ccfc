import { backend, getBackend, ready } from '@tensorflow/tfjs-core';
import type { BackendFacts } from '../record/run.js';
import { probeKernels } from './probe-kernels.js';
import { epsilonFor, probePrecision } from './probe-precision.js';

/**
 * Measures what the current backend of tfjs can be trusted with: how many bits its floats keep, which epsilon suits them,
 * and which gradients it cannot compute.
 *
 * tfjs's own check of the precision is inverted on WebGL: devices with 32-bit floats get the epsilon of 16-bit ones, with
 * which Adam hardly trains layers whose gradients are below 1e-4, and the other way round, where its second moment then
 * vanishes and steps explode. And wasm has no gradients for convolutions and embeddings, a wrong one for conv3d. Nothing is
 * thrown for any of it, and no tensor is left behind.
 *
 * Cost: some 14 tiny gradients and two reads; milliseconds on cpu and wasm, seconds on a GPU, which compiles them.
 * Source: measured; tfjs issue 6980.
 *
 * @example
 * ```ts
 * import { probeBackend } from 'gradient-health';
 *
 * const { name, floatPrecision, recommendedEpsilon, missingKernels } = await probeBackend();
 * console.log(name, floatPrecision, recommendedEpsilon, missingKernels);
 * // cpu 32 1e-7 []
 * ```
 */
export async function probeBackend(): Promise<BackendFacts> {
  await ready();
  const facts = { name: getBackend(), epsilon: backend().epsilon() };
  const precision = await probePrecision();
  const { missing, wrong } = await probeKernels();
  const { floatPrecision, smallestNormal } = precision;
  return {
    ...facts,
    floatPrecision,
    smallestNormal,
    recommendedEpsilon: epsilonFor(precision),
    missingKernels: missing,
    wrongKernels: wrong,
  };
}
