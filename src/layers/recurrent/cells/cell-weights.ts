import { concat, fill, split, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { initializers, type LayerVariable, type layers } from '@tensorflow/tfjs-layers';
import type { Initializer } from '../../../init/initializer.js';
import type { Regularizer } from '../../define-layer.js';
import type { Constraint } from '../gate-options.js';
import type { CellBody, CellWeight } from './cell-body.js';
import type { CellTensors } from './cell-step.js';

/** What tfjs's cells keep in fields that it does not declare, and how they make weights. */
interface Parsed {
  readonly units: number;
  readonly useBias: boolean;
  readonly kernelInitializer: Initializer;
  readonly recurrentInitializer: Initializer;
  readonly biasInitializer: Initializer;
  readonly kernelRegularizer: Regularizer | null;
  readonly recurrentRegularizer: Regularizer | null;
  readonly biasRegularizer: Regularizer | null;
  readonly kernelConstraint: Constraint | null;
  readonly recurrentConstraint: Constraint | null;
  readonly biasConstraint: Constraint | null;
  addWeight(
    name: string,
    shape: number[],
    dtype: 'float32',
    initializer: Initializer,
    regularizer?: Regularizer | null,
    trainable?: boolean,
    constraint?: Constraint | null,
  ): LayerVariable;
}

/**
 * Creates the weights of a cell: kernel, recurrent_kernel and bias, under tfjs's names, then those of its own.
 *
 * @returns What reads them.
 */
export function buildCellWeights<Weight extends string>(
  cell: layers.RNNCell,
  body: CellBody<string, string, Weight>,
  inputs: number,
): () => Pick<CellTensors<never, Weight>, 'kernel' | 'recurrentKernel' | 'bias' | 'weights'> {
  const parsed = cell as unknown as Parsed;
  const { gates, hearsState = true, recurrentBias = false } = body;
  const { units, useBias } = parsed;
  const width = gates.length * units;
  const kernel = parsed.addWeight(
    'kernel',
    [inputs, width],
    'float32',
    parsed.kernelInitializer,
    parsed.kernelRegularizer,
    true,
    parsed.kernelConstraint,
  );
  const recurrentKernel = hearsState
    ? parsed.addWeight(
        'recurrent_kernel',
        [units, width],
        'float32',
        parsed.recurrentInitializer,
        parsed.recurrentRegularizer,
        true,
        parsed.recurrentConstraint,
      )
    : undefined;
  const bias = useBias
    ? parsed.addWeight(
        'bias',
        recurrentBias ? [2, width] : [width],
        'float32',
        biasInitializer(parsed.biasInitializer, body),
        parsed.biasRegularizer,
        true,
        parsed.biasConstraint,
      )
    : undefined;
  const further = Object.entries<CellWeight>(body.weights ?? {}).map(([name, { size, value }]) => {
    const shape = [size === 'units' ? units : width];
    return [
      name,
      parsed.addWeight(snakeCase(name), shape, 'float32', initializers.constant({ value })),
    ] as const;
  });
  return () => ({
    kernel: kernel.read(),
    recurrentKernel: recurrentKernel?.read(),
    bias: bias?.read(),
    weights: Object.fromEntries(further.map(([name, weight]) => [name, weight.read()])) as Record<
      Weight,
      Tensor
    >,
  });
}

/** The given one, but for the gates that start elsewhere. */
function biasInitializer(given: Initializer, body: CellBody<string, string, string>): Initializer {
  const { gates, biases } = body;
  if (biases === undefined) return given;
  const filled = initializers.zeros();
  filled.apply = (shape, dtype) =>
    tidy(() => {
      const parts = split(given.apply(shape, dtype), gates.length, shape.length - 1);
      const chosen = parts.map((part, at) => {
        const value = biases[gates[at] as string];
        return value === undefined ? part : fill(part.shape, value);
      });
      return concat(chosen, shape.length - 1);
    });
  return filled;
}

const snakeCase = (name: string): string => name.replaceAll(/([A-Z])/g, '_$1').toLowerCase();
