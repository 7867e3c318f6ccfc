import {
  add,
  addN,
  cast,
  concat,
  dispose,
  engine,
  getBackend,
  getKernel,
  grads,
  greaterEqual,
  keep,
  mul,
  stack,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  tidy,
} from '@tensorflow/tfjs-core';
import { type KernelProbe, kernelProbes, pattern } from './probe-cases.js';

/** Which gradients a backend cannot compute. */
export interface KernelFacts {
  /** Kernels of gradients that it lacks. */
  readonly missing: readonly string[];
  /** Kernels of gradients that give wrong numbers or fail. */
  readonly wrong: readonly string[];
}

/** Relative error of the product with a right gradient: 16-bit floats round by 2^-11 at every operation. */
const TOLERANCE = 0.02;

/**
 * Takes the gradients. By Euler's theorem, a function that doubles when its arguments do equals the product of arguments
 * and gradients: no answers need to be stored, and for arguments without a pattern a wrong gradient does not pass.
 */
export async function probeKernels(): Promise<KernelFacts> {
  const missing = new Set<string>();
  const wrong = new Set<string>();
  const blame = ({ kernels, when }: KernelProbe): void => {
    for (const kernel of kernels) if (!wrong.has(kernel)) wrong.add(when ? `${kernel} (${when})` : kernel);
  };
  const taken: { readonly probe: KernelProbe; readonly sides: Tensor1D }[] = [];
  for (const probe of kernelProbes) {
    const absent = probe.kernels.filter((name) => !getKernel(name, getBackend()));
    for (const name of absent) missing.add(name);
    if (absent.length > 0) continue;
    try {
      taken.push({ probe, sides: keep(tidy(() => bothSides(probe))) });
    } catch (error) {
      disposeTape();
      const { message } = error as Error;
      const name = /Kernel '(\w+)' not registered/.exec(message)?.[1];
      if (name) missing.add(name);
      // Gradients come with tfjs-layers; without it nothing is known of their kernels.
      else if (!message.includes('gradient function not found')) blame(probe);
    }
  }
  const numbers = await readAll(taken.map(({ sides }) => sides));
  for (const [index, { probe }] of taken.entries()) {
    const [value = 0, product = 0] = numbers.subarray(SIDES * index, SIDES * (index + 1));
    if (!(Math.abs(product - value) <= TOLERANCE * value)) blame(probe);
  }
  return { missing: [...missing], wrong: [...wrong] };
}

/** How many numbers {@link bothSides} returns. */
const SIDES = 2;

/** The function, weighted so that nothing cancels and nothing is left out, and the product of arguments and gradients. */
function bothSides({ shapes, f }: KernelProbe): Tensor1D {
  const x = shapes.map((shape) => pattern(shape));
  const value = f(...x);
  const weights = add(value, sub(cast(greaterEqual(value, 0), 'float32'), 0.5));
  const products = grads(f)(x, weights).map((gradient, index) => sum(mul(gradient, x[index] as Tensor)));
  return stack([sum(mul(value, weights)), addN(products)]) as Tensor1D;
}

/** A gradient that throws leaves behind what it had saved. */
function disposeTape(): void {
  const { state } = engine();
  dispose((state.activeTape ?? []).flatMap(({ saved }) => saved ?? []));
  state.activeTape = [];
}

async function readAll(tensors: readonly Tensor1D[]): Promise<Float32Array> {
  if (tensors.length === 0) return new Float32Array();
  const joined = concat([...tensors]);
  const numbers = await joined.data();
  dispose([joined, ...tensors]);
  return numbers as Float32Array;
}
