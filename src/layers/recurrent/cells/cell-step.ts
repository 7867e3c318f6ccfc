import { add, matMul, slice, split, type Tensor, type Tensor2D } from '@tensorflow/tfjs-core';
import type { CellBody, CellStep } from './cell-body.js';
import type { CellNoise } from './cell-noise.js';

/** What a cell holds, at one time step. */
export interface CellTensors<State extends string, Weight extends string> {
  /** [batch, inputs]. */
  readonly x: Tensor;
  readonly before: Readonly<Record<State, Tensor>>;
  readonly kernel: Tensor;
  readonly recurrentKernel: Tensor | undefined;
  readonly bias: Tensor | undefined;
  readonly weights: Readonly<Record<Weight, Tensor>>;
}

/** The functions by which gates open and candidates are formed. */
export type Activations = Pick<CellStep<never, never, never>, 'open' | 'activate'>;

/** Makes what `update` of a cell sees. Nothing is computed twice, and nothing that it does not ask for. */
export function cellStep<Gate extends string, State extends string, Weight extends string>(
  body: CellBody<Gate, State, Weight>,
  tensors: CellTensors<State, Weight>,
  { open, activate }: Activations,
  noise: CellNoise,
): CellStep<Gate, State, Weight> {
  const { gates, states, recurrentBias = false } = body;
  const { x, before, kernel, recurrentKernel, bias, weights } = tensors;
  const hidden = before[states[0] as State];
  const [inputBias, stateBias] = bias && recurrentBias ? split(bias, 2) : [bias];
  const multiply = (of: 'input' | 'recurrent', left: Tensor, right: Tensor, offset?: Tensor): Tensor => {
    const plain: Tensor = matMul(left as Tensor2D, right as Tensor2D);
    const product = body.product?.(plain, of, weights) ?? plain;
    return offset ? add(product, offset) : product;
  };
  const input = once(() => multiply('input', noise.input(x), kernel, inputBias));
  const recurrent = once(() => {
    if (!recurrentKernel) throw new Error('The cell has no recurrent kernel: hearsState is false.');
    return multiply('recurrent', noise.hidden(hidden), recurrentKernel, stateBias);
  });
  const byGate = (all: Tensor): Record<Gate, Tensor> => {
    const parts = gates.length === 1 ? [all] : split(all, gates.length, 1);
    return Object.fromEntries(gates.map((gate, at) => [gate, parts[at]])) as Record<Gate, Tensor>;
  };
  const sums = once(() => byGate(recurrentKernel ? add(input(), recurrent()) : input()));
  const inputs = once(() => byGate(input()));
  const recurrents = once(() => byGate(recurrent()));
  return {
    get sum() {
      return sums();
    },
    get input() {
      return inputs();
    },
    get recurrent() {
      return recurrents();
    },
    before,
    weights,
    open,
    activate,
    drop: noise.candidate,
    hear(gate, state) {
      if (!recurrentKernel) throw new Error('The cell has no recurrent kernel: hearsState is false.');
      const [units = 0] = recurrentKernel.shape;
      const part = slice(recurrentKernel, [0, gates.indexOf(gate) * units], [units, units]);
      return matMul(noise.hidden(state) as Tensor2D, part as Tensor2D);
    },
  };
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
