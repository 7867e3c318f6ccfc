import { type Tensor, type TensorLike, tensor } from '@tensorflow/tfjs-core';
import type { KerasWeights, OnnxWeights, PytorchWeights } from './recurrent-weights.js';

/** For each gate of Keras, its place among the gates of another system. */
const orders = {
  pytorch: { lstm: [0, 1, 2, 3], gru: [1, 0, 2] },
  onnx: { lstm: [0, 2, 3, 1], gru: [0, 1, 2] },
} as const;

/** Named in every error. */
export const publicName: string = 'importRecurrentWeights';

/** What the layer wants, and what is known of it. */
export interface Target {
  readonly cell: 'lstm' | 'gru';
  readonly gates: number;
  readonly units: number;
  readonly inputs: number;
  readonly resetAfter: boolean;
  readonly useBias: boolean;
}

/** In the layout of Keras. */
export interface Arrays {
  readonly kernel: Float32Array;
  readonly recurrentKernel: Float32Array;
  readonly bias: Float32Array;
}

/** Reads weights of any of the systems. Zeros for a bias that is not given. */
export function readRecurrentWeights(
  weights: PytorchWeights | KerasWeights | OnnxWeights,
  target: Target,
): Arrays {
  const { cell, gates, units, inputs, resetAfter } = target;
  const rows = gates * units;
  if (typeof weights !== 'object' || weights === null) {
    throw new TypeError(
      `${publicName}: weights must be an object such as { from: 'keras', kernel, recurrentKernel, bias }, got ${weights === null ? 'null' : typeof weights}`,
    );
  }
  if (weights.from === 'keras') {
    return {
      kernel: values('kernel', weights.kernel, [inputs, rows]),
      recurrentKernel: values('recurrentKernel', weights.recurrentKernel, [units, rows]),
      bias: biasValues('bias', weights.bias, resetAfter ? [2, rows] : [rows]),
    };
  }
  if (weights.from !== 'pytorch' && weights.from !== 'onnx') {
    const { from } = weights as { from: unknown };
    throw new RangeError(`${publicName}: from must be 'pytorch', 'keras' or 'onnx', got ${String(from)}`);
  }
  const order = orders[weights.from][cell];
  const [ih, hh, biases] = weights.from === 'pytorch' ? ofPytorch(weights, target) : ofOnnx(weights, target);
  return {
    kernel: columnsOf(ih, order, units, inputs),
    recurrentKernel: columnsOf(hh, order, units, units),
    bias: biasOf(
      biases.map((bias) => columnsOf(bias, order, units, 1)),
      resetAfter,
    ),
  };
}

type Parts = readonly [ih: Float32Array, hh: Float32Array, biases: readonly Float32Array[]];

function ofPytorch(weights: PytorchWeights, { cell, gates, units, inputs, resetAfter }: Target): Parts {
  if (cell === 'gru' && !resetAfter) {
    throw new RangeError(
      `${publicName}: a GRU of PyTorch has its reset gate after the product; create the layer with resetAfter: true`,
    );
  }
  const rows = gates * units;
  return [
    values('weightIh', weights.weightIh, [rows, inputs]),
    values('weightHh', weights.weightHh, [rows, units]),
    [biasValues('biasIh', weights.biasIh, [rows]), biasValues('biasHh', weights.biasHh, [rows])],
  ];
}

function ofOnnx(weights: OnnxWeights, { cell, gates, units, inputs, resetAfter }: Target): Parts {
  const { direction = 0, linearBeforeReset = resetAfter } = weights;
  if (cell === 'gru' && linearBeforeReset !== resetAfter) {
    throw new RangeError(
      `${publicName}: linearBeforeReset must be the layer's resetAfter, ${resetAfter}, got ${linearBeforeReset}`,
    );
  }
  if (direction !== 0 && direction !== 1) {
    throw new RangeError(`${publicName}: direction must be 0 or 1, got ${String(direction)}`);
  }
  const rows = gates * units;
  const of = (name: string, given: Given, size: number, shape: string): Float32Array => {
    const all = flat(name, given);
    if (all.length !== size && all.length !== 2 * size)
      throw wrongShape(name, `[directions, ${shape}]`, all.length);
    const part = all.subarray(direction * size, (direction + 1) * size);
    if (part.length === 0) {
      throw new RangeError(`${publicName}: ${name} has one direction, got direction: ${direction}`);
    }
    return part;
  };
  const biases =
    weights.b === undefined ? new Float32Array(2 * rows) : of('b', weights.b, 2 * rows, `${2 * rows}`);
  return [
    of('w', weights.w, rows * inputs, `${rows}, ${inputs}`),
    of('r', weights.r, rows * units, `${rows}, ${units}`),
    [biases.subarray(0, rows), biases.subarray(rows)],
  ];
}

/** From [gates x units, columns] in another order of gates to [columns, gates x units] in that of Keras. */
function columnsOf(
  from: Float32Array,
  order: readonly number[],
  units: number,
  columns: number,
): Float32Array {
  const to = new Float32Array(from.length);
  for (const [gate, source] of order.entries()) {
    for (let unit = 0; unit < units; unit++) {
      for (let column = 0; column < columns; column++) {
        const at = (source * units + unit) * columns + column;
        to[column * order.length * units + gate * units + unit] = from[at] ?? Number.NaN;
      }
    }
  }
  return to;
}

/** Both, one after the other, or their sum where the layer has one. */
function biasOf(
  [input = new Float32Array(0), state = input]: readonly Float32Array[],
  both: boolean,
): Float32Array {
  return both ? Float32Array.of(...input, ...state) : input.map((value, at) => value + (state[at] ?? 0));
}

type Given = Tensor | TensorLike | undefined;

function values(name: string, given: Given, shape: readonly number[]): Float32Array {
  const size = shape.reduce((product, length) => product * length, 1);
  const all = flat(name, given);
  if (all.length !== size) throw wrongShape(name, `[${shape.join(', ')}]`, all.length);
  return all;
}

/** Zeros where there is nothing. */
function biasValues(name: string, given: Given, shape: readonly number[]): Float32Array {
  if (given !== undefined) return values(name, given, shape);
  return new Float32Array(shape.reduce((product, length) => product * length, 1));
}

const wrongShape = (name: string, shape: string, count: number): RangeError =>
  new RangeError(`${publicName}: ${name} must have shape ${shape}, got ${count} values`);

function flat(name: string, given: Given): Float32Array {
  try {
    if (typeof given === 'object' && 'dataSync' in given) return Float32Array.from(given.dataSync());
    const read = tensor(given as TensorLike, undefined, 'float32');
    const result = Float32Array.from(read.dataSync());
    read.dispose();
    return result;
  } catch (error) {
    throw new TypeError(`${publicName}: ${name} must be a tensor or an array of numbers (${error})`);
  }
}
