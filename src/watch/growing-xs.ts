import { engine, type Optimizer, type Scalar, type Tensor, type Variable } from '@tensorflow/tfjs-core';

/** Gradients of a loss with respect to variables, and to tensors met on the way. */
export interface LossGradients {
  readonly value: Scalar;
  /** What `tf.variableGrads` returns. */
  readonly grads: Record<string, Tensor>;
  /** With respect to each captured tensor; `undefined` where none reached it. The caller disposes them. */
  readonly captured: readonly (Tensor | undefined)[];
}

/**
 * Whether the optimizer computes gradients as tfjs does, so that it can be done for it. Told by shape, since bundles may hold
 * two copies of tfjs: only the base class of its optimizers has these three methods as its own.
 */
export function computesAsTfjs(optimizer: Optimizer): boolean {
  let owner: object | null = Object.getPrototypeOf(optimizer);
  while (owner !== null && !Object.hasOwn(owner, 'computeGradients')) owner = Object.getPrototypeOf(owner);
  const base = owner;
  return base !== null && ['minimize', 'incrementIterations'].every((name) => Object.hasOwn(base, name));
}

/**
 * Does what `tf.variableGrads` does and differentiates with respect to intermediate tensors too, in the same backward
 * pass and without a node of its own on the tape: the engine looks at its list of `xs` only after it has run `f`, so
 * tensors that turn up while `f` runs can still be added. They need not outlive `f`.
 *
 * @param capture - Grows while `f` runs; without duplicates.
 */
export function lossGradients(
  f: () => Scalar,
  variables: readonly Variable[] | undefined,
  capture: readonly Tensor[],
): LossGradients | undefined {
  const given = variables ?? Object.values(engine().registeredVariables);
  const trainable = given.filter((variable) => variable.trainable);
  // Left to tfjs, which knows what to say.
  if (trainable.length === 0) return undefined;
  const xs: Tensor[] = [...trainable];
  const loss = (): Scalar => {
    const value = f();
    xs.push(...capture);
    return value;
  };
  const { value, grads } = engine().gradients<Tensor>(loss, xs, undefined, true);
  const own = grads.slice(0, trainable.length);
  const captured = grads.slice(trainable.length);
  if (own.every((gradient) => gradient == null)) {
    throw new Error(
      'Cannot find a connection between any variable and the result of the loss function y=f(x). Please make sure the ' +
        'operations that use variables are inside the function f passed to minimize().',
    );
  }
  if (value.rank !== 0)
    throw new Error(`The f passed to minimize() must return a scalar, got rank ${value.rank}`);
  const named: Record<string, Tensor> = {};
  for (const [index, { name }] of trainable.entries()) {
    const gradient = own[index];
    if (gradient) named[name] = gradient;
  }
  if (variables)
    for (const { name, trainable: free } of variables) if (!free) named[name] = null as unknown as Tensor;
  return { value: value as Scalar, grads: named, captured };
}
