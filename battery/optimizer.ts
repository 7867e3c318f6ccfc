import { type Optimizer, train } from '@tensorflow/tfjs-core';
import { checkFields, type Fields, flag, number, oneOf, optional } from './fields.js';
import type { Part } from './program.js';

interface Recipe {
  readonly fields: Fields;
  /** Only for a configuration that was checked; what it leaves out is as `model.compile` takes it by name. */
  readonly create: (config: Readonly<Record<string, number & boolean>>) => Optimizer;
}

const numbers = (...names: readonly string[]): Fields =>
  Object.fromEntries(names.map((name) => [name, optional(number)]));

const recipes: Readonly<Record<string, Recipe>> = {
  SGD: {
    fields: numbers('learningRate'),
    create: ({ learningRate = 0.01 }) => train.sgd(learningRate),
  },
  Momentum: {
    fields: { ...numbers('learningRate', 'momentum'), useNesterov: optional(flag) },
    create: ({ learningRate = 0.01, momentum = 0.9, useNesterov = false }) =>
      train.momentum(learningRate, momentum, useNesterov),
  },
  Adagrad: {
    fields: numbers('learningRate', 'initialAccumulatorValue'),
    create: ({ learningRate = 0.01, initialAccumulatorValue }) =>
      train.adagrad(learningRate, initialAccumulatorValue),
  },
  Adadelta: {
    fields: numbers('learningRate', 'rho', 'epsilon'),
    create: ({ learningRate = 1, rho = 0.95, epsilon }) => train.adadelta(learningRate, rho, epsilon),
  },
  Adam: {
    fields: numbers('learningRate', 'beta1', 'beta2', 'epsilon'),
    create: ({ learningRate = 0.001, beta1 = 0.9, beta2 = 0.999, epsilon }) =>
      train.adam(learningRate, beta1, beta2, epsilon),
  },
  Adamax: {
    fields: numbers('learningRate', 'beta1', 'beta2', 'epsilon', 'decay'),
    create: ({ learningRate = 0.002, beta1 = 0.9, beta2 = 0.999, epsilon, decay }) =>
      train.adamax(learningRate, beta1, beta2, epsilon, decay),
  },
  RMSProp: {
    fields: { ...numbers('learningRate', 'decay', 'momentum', 'epsilon'), centered: optional(flag) },
    create: ({ learningRate = 0.001, decay = 0.9, momentum = 0, epsilon, centered = false }) =>
      train.rmsprop(learningRate, decay, momentum, epsilon, centered),
  },
};

const fields: Fields<Part> = {
  className: oneOf(...Object.keys(recipes)),
  config: optional({ expects: 'an object', holds: (value) => typeof value === 'object' && value !== null }),
};

/** @throws RangeError for an optimizer or a setting that tfjs does not have. */
export function checkOptimizer(value: unknown, where: string): void {
  checkFields(value, fields, where);
  const { className, config = {} } = value;
  checkFields(config, recipes[className]!.fields, `${where}: ${className}`);
}

/** A new optimizer, for one that was checked. */
export function createOptimizer({ className, config = {} }: Part): Optimizer {
  return recipes[className]!.create(config as Readonly<Record<string, number & boolean>>);
}

/** Disposes an optimizer; tfjs's Momentum forgets the scalar that it inherits from SGD. */
export function disposeOptimizer(optimizer: Optimizer): void {
  optimizer.dispose();
  const { c } = optimizer as unknown as { readonly c?: { readonly isDisposed: boolean; dispose(): void } };
  if (c && !c.isDisposed) c.dispose();
}
