import { cast, mul, type NamedTensorMap, type Scalar, where } from '@tensorflow/tfjs-core';
import type { ClipResult, ClipStrategy } from './strategy.js';

/**
 * Applies strategies one after the other, each to what the one before it made of the gradients.
 *
 * A step is taken if all of them accept it. Once one rejects it, the memory of those after it stays as it was: they were
 * handed zeros in place of gradients and must not learn from them. Each strategy sees its own state only; in the state of
 * the chain its names carry its position (`0/norms`). The name is that of the parts, joined: `chain(centralize(),
 * clipByGlobalNorm(1))`. A chain of none hands the gradients on.
 *
 * Cost: that of its parts.
 *
 * @param strategies - In the order of application; a chain may be one of them.
 * @throws TypeError for what is no strategy.
 * @example
 * ```ts
 * import { tensor1d } from '@tensorflow/tfjs-core';
 * import { chain, clipByGlobalNorm, clipByValue } from 'gradient-health';
 *
 * const strategy = chain(clipByValue(4), clipByGlobalNorm(2.5));
 * const context = { weights: {}, state: {}, step: 0, variables: {} };
 * const { gradients } = strategy.apply({ kernel: tensor1d([3, 1000]) }, context); // [3, 4], then norm 2.5
 * console.log(strategy.name, gradients.kernel.dataSync().join(' '));
 * // chain(clipByValue(4), clipByGlobalNorm(2.5)) 1.5 2
 * ```
 */
export function chain(...strategies: readonly ClipStrategy[]): ClipStrategy {
  strategies.forEach(assertStrategy);
  return {
    name: `chain(${strategies.map(({ name }) => name).join(', ')})`,
    initialState: (weights) =>
      Object.assign(
        {},
        ...strategies.map((strategy, position) => prefixed(strategy.initialState?.(weights) ?? {}, position)),
      ),
    apply(gradients, context) {
      let result: ClipResult = { gradients };
      const state: NamedTensorMap = {};
      strategies.forEach((strategy, position) => {
        const own = unprefixed(context.state, position);
        const next = strategy.apply(result.gradients, { ...context, state: own });
        Object.assign(state, prefixed(remembered(own, next.state, result.accept), position));
        const accept = both(result.accept, next.accept);
        result = { gradients: next.gradients, ...(accept && { accept }) };
      });
      return { ...result, ...(Object.keys(state).length > 0 && { state }) };
    },
  };
}

/** A function has an `apply` too: that of a factory which was not called. */
function assertStrategy(strategy: unknown, position: number): void {
  if (typeof strategy === 'object' && typeof (strategy as ClipStrategy | null)?.apply === 'function') return;
  throw new TypeError(
    `chain: strategy ${position} must be a ClipStrategy such as clipByGlobalNorm(1), got ${strategy === null ? 'null' : typeof strategy}`,
  );
}

function both(first: Scalar | undefined, second: Scalar | undefined): Scalar | undefined {
  return first && second ? mul<Scalar>(first, second) : (first ?? second);
}

/** The new state, unless the step was rejected before the strategy saw it. */
function remembered(
  before: NamedTensorMap,
  after: NamedTensorMap | undefined,
  accept: Scalar | undefined,
): NamedTensorMap {
  if (!after) return before;
  if (!accept) return after;
  const accepted = cast(accept, 'bool');
  return Object.fromEntries(
    Object.entries(after).map(([name, tensor]) => {
      const previous = before[name];
      return [name, previous ? where(accepted, tensor, previous) : tensor];
    }),
  );
}

function prefixed(state: NamedTensorMap, position: number): NamedTensorMap {
  return Object.fromEntries(Object.entries(state).map(([name, tensor]) => [`${position}/${name}`, tensor]));
}

function unprefixed(state: NamedTensorMap, position: number): NamedTensorMap {
  const prefix = `${position}/`;
  return Object.fromEntries(
    Object.entries(state)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, tensor]) => [name.slice(prefix.length), tensor]),
  );
}
