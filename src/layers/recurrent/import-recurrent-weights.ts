import { dispose, type Tensor, type TensorLike, tensor } from '@tensorflow/tfjs-core';
import type { layers } from '@tensorflow/tfjs-layers';
import { cellOf } from './fuse-layer.js';

/** Weights of `torch.nn.LSTM` or `torch.nn.GRU`, of one layer and direction; gates in the order i f g o, r z n. */
export interface PytorchWeights {
  /** Whose layout this is. */
  readonly from: 'pytorch';
  /** `weight_ih_l0` [gates x units, inputs]. */
  readonly weightIh: Tensor | TensorLike;
  /** `weight_hh_l0` [gates x units, units]. */
  readonly weightHh: Tensor | TensorLike;
  /**
   * `bias_ih_l0` [gates x units].
   *
   * @default zeros
   */
  readonly biasIh?: Tensor | TensorLike;
  /**
   * `bias_hh_l0` [gates x units].
   *
   * @default zeros
   */
  readonly biasHh?: Tensor | TensorLike;
}

/** What `get_weights()` of a Keras 2 or Keras 3 layer returns; gates in the order i f g o, z r n. */
export interface KerasWeights {
  /** Whose layout this is. */
  readonly from: 'keras';
  /** [inputs, gates x units]. */
  readonly kernel: Tensor | TensorLike;
  /** [units, gates x units]. */
  readonly recurrentKernel: Tensor | TensorLike;
  /**
   * [gates x units], or [2, gates x units] of a GRU with `reset_after`.
   *
   * @default zeros
   */
  readonly bias?: Tensor | TensorLike;
}

/** Inputs of the ONNX operators `LSTM` and `GRU`; gates in the order i o f g, z r n. */
export interface OnnxWeights {
  /** Whose layout this is. */
  readonly from: 'onnx';
  /** `W` [directions, gates x units, inputs]. */
  readonly w: Tensor | TensorLike;
  /** `R` [directions, gates x units, units]. */
  readonly r: Tensor | TensorLike;
  /**
   * `B` [directions, 2 x gates x units].
   *
   * @default zeros
   */
  readonly b?: Tensor | TensorLike;
  /**
   * Which of the directions; 1 is backwards.
   *
   * @default 0
   */
  readonly direction?: 0 | 1;
  /**
   * The operator's attribute `linear_before_reset`, for a GRU: it must be the layer's `resetAfter`.
   *
   * @default that of the layer
   */
  readonly linearBeforeReset?: boolean;
}

/** For each gate of Keras, its place among the gates of another system. */
const orders = {
  pytorch: { lstm: [0, 1, 2, 3], gru: [1, 0, 2] },
  onnx: { lstm: [0, 2, 3, 1], gru: [0, 1, 2] },
} as const;

const publicName = 'importRecurrentWeights';

/** What the layer wants, and what is known of it. */
interface Target {
  readonly cell: 'lstm' | 'gru';
  readonly gates: number;
  readonly units: number;
  readonly inputs: number;
  readonly resetAfter: boolean;
  readonly useBias: boolean;
}

/**
 * Gives an LSTM or GRU the weights of a PyTorch, Keras or ONNX layer, in their layout: matrices are transposed, gates put in
 * order, and the two biases of PyTorch and ONNX kept apart where the layer has two, else added.
 *
 * The layer then computes what the other one did to float32 precision, if it is built, has (soft) sigmoid gates, and for a GRU
 * of PyTorch `resetAfter`. Works with layers of tfjs too. ONNX peepholes have no place in it.
 *
 * @param layer - Built, so that its shapes are known: part of a model with `inputShape`, or called once.
 * @throws TypeError for what is no layer, no weights or no numbers.
 * @throws RangeError for a layer that is no LSTM or GRU, is not built, or computes something else; for weights of another
 *   shape.
 * @example
 * ```ts
 * import { ones, zeros } from '@tensorflow/tfjs-core';
 * import { importRecurrentWeights, layers } from 'gradient-health';
 *
 * const layer = layers.lstm({ units: 2 });
 * layer.apply(zeros([1, 5, 3]));
 * importRecurrentWeights(layer, { from: 'pytorch', weightIh: ones([8, 3]), weightHh: ones([8, 2]) });
 * console.log(layer.getWeights()[0].shape.join(' x '));
 * // 3 x 8
 * ```
 */
export function importRecurrentWeights(
  layer: layers.RNN,
  weights: PytorchWeights | KerasWeights | OnnxWeights,
): void {
  const target = targetOf(layer);
  const { gates, units, inputs, resetAfter, useBias } = target;
  const { kernel, recurrentKernel, bias } = read(weights, target);
  const biasShape = resetAfter ? [2, gates * units] : [gates * units];
  const tensors = [
    tensor(kernel, [inputs, gates * units]),
    tensor(recurrentKernel, [units, gates * units]),
    ...(useBias ? [tensor(bias, biasShape)] : []),
  ];
  if (!useBias && bias.some((value) => value !== 0)) {
    dispose(tensors);
    throw new RangeError(`${publicName}: the layer has no bias, got one; create it with useBias: true`);
  }
  layer.setWeights(tensors);
  dispose(tensors);
}

function targetOf(layer: layers.RNN): Target {
  const given: Partial<layers.RNN> | null | undefined = layer;
  if (typeof given?.getClassName !== 'function') {
    throw new TypeError(
      `${publicName}: expected an LSTM or a GRU, got ${given === null ? 'null' : typeof given}`,
    );
  }
  const className = given.cell?.getClassName();
  if (className !== 'LSTMCell' && className !== 'GRUCell') {
    throw new RangeError(`${publicName}: expected an LSTM or a GRU, got ${layer.getClassName()}`);
  }
  const cell = cellOf(layer);
  if (!cell.built) {
    throw new RangeError(
      `${publicName}: expected a layer with weights, got ${layer.name} before it was built; call it once, or give it an inputShape`,
    );
  }
  const [inputs, columns] = cell.kernel.shape as [number, number];
  return {
    cell: className === 'LSTMCell' ? 'lstm' : 'gru',
    gates: columns / cell.units,
    units: cell.units,
    inputs,
    resetAfter: cell.bias
      ? cell.bias.shape.length === 2
      : layer.getConfig()['resetAfter'] === true && className === 'GRUCell',
    useBias: cell.bias !== null,
  };
}

interface Arrays {
  readonly kernel: Float32Array;
  readonly recurrentKernel: Float32Array;
  readonly bias: Float32Array;
}

function read(weights: PytorchWeights | KerasWeights | OnnxWeights, target: Target): Arrays {
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
