import {
  add,
  clipByValue,
  concat,
  customGrad,
  div,
  expandDims,
  matMul,
  maximum,
  mul,
  neg,
  notEqual,
  reshape,
  sigmoid,
  split,
  sqrt,
  square,
  squeeze,
  stack,
  sum,
  type Tensor,
  type Tensor2D,
  tanh,
  transpose,
  unstack,
  where,
  zeros,
  zerosLike,
} from '@tensorflow/tfjs-core';
import type { RecurrentLimits } from './sequence.js';
import type { SequenceOptions, SequenceTensors } from './sequence-tensors.js';

/** The states of a cell: hidden, and of an LSTM its memory. */
type States = readonly Tensor[];

/**
 * Runs a cell over a sequence by operations of tfjs, on any backend; as {@link hostSequence} in all else. The input is
 * multiplied for all time steps at once. Gradients are those of tfjs, but for the limits, which are identities with a
 * gradient of their own.
 */
export function tensorSequence(tensors: SequenceTensors, options: SequenceOptions): Tensor[] {
  const { shape, limits, listener } = options;
  const { time, batch, units, cell, reversed } = shape;
  const masks = tensors.mask && stepsOf(notEqual(expandDims(transpose(tensors.mask), 2), 0));
  const inputs = stepsOf(inputProducts(tensors, options));
  const step = cell === 'lstm' ? lstmStep(tensors, options) : gruStep(tensors, options);
  const initial = (given: Tensor | undefined): Tensor => given ?? zeros([batch, units]);
  let states: States = [initial(tensors.hidden), ...(cell === 'lstm' ? [initial(tensors.cell)] : [])];
  const outputs: Tensor[] = [];
  for (let index = 0; index < time; index++) {
    const at = reversed ? time - 1 - index : index;
    const cut = limits.truncateAfter !== undefined && index > 0 && index % limits.truncateAfter === 0;
    const before = limited(states, limits, cut);
    const mask = masks?.[at];
    states = step(inputs[at] as Tensor, before, (state, which) => {
      const taken = mask ? where(mask, state, before[which] as Tensor) : state;
      if (!listener) return taken;
      return heard(taken, (dy) => listener.gradient(which === 0 ? 'hidden' : 'cell', index, dy));
    });
    if (options.returnSequences) outputs.push(states[0] as Tensor);
  }
  return [options.returnSequences ? stack(outputs, 1) : (states[0] as Tensor), ...states];
}

/** What the input says to the gates, for all time steps: [time, batch, gates x units]. */
function inputProducts({ x, kernel, bias, mask }: SequenceTensors, { shape }: SequenceOptions): Tensor {
  const { time, batch, inputs, resetAfter } = shape;
  // Padding may hold anything, NaN too: as zeros it stays out of the product's gradient.
  const clean = mask ? where(notEqual(expandDims(mask, 2), 0), x, zerosLike(x)) : x;
  const flat = reshape(transpose(clean, [1, 0, 2]), [time * batch, inputs]);
  const product = matMul(flat as Tensor2D, kernel as Tensor2D);
  const offset = bias && resetAfter ? unstack(bias)[0] : bias;
  return reshape(offset ? add(product, offset) : product, [time, batch, -1]);
}

/** One tensor for each time step; tfjs has no gradient for `unstack` into one. */
const stepsOf = (x: Tensor): Tensor[] => (x.shape[0] === 1 ? [squeeze(x, [0])] : unstack(x));

/** @param settle - Gives a new state the form in which all that follows sees it: masked, and heard. */
type Step = (input: Tensor, states: States, settle: (state: Tensor, which: number) => Tensor) => Tensor[];

/** By gates of equal width side by side. */
const parts = (z: Tensor, count: number): Tensor[] => split(z, count, 1);

const product = (x: Tensor, y: Tensor): Tensor => matMul(x as Tensor2D, y as Tensor2D);

const opening = (hard: boolean, z: Tensor): Tensor =>
  hard ? clipByValue(add(mul(z, 0.2), 0.5), 0, 1) : sigmoid(z);

function lstmStep({ recurrentKernel, keep }: SequenceTensors, { shape, listener }: SequenceOptions): Step {
  return (input, [hidden, memory], settle) => {
    const dropped = keep ? mul(hidden as Tensor, keep) : (hidden as Tensor);
    const [zi, zf, zg, zo] = parts(add(input, product(dropped, recurrentKernel)), 4) as [
      Tensor,
      Tensor,
      Tensor,
      Tensor,
    ];
    const [i, f, o] = [zi, zf, zo].map((z) => opening(shape.hard, z)) as [Tensor, Tensor, Tensor];
    listener?.gate?.('input', i);
    listener?.gate?.('forget', f);
    listener?.gate?.('output', o);
    const next = settle(add(mul(f, memory as Tensor), mul(i, tanh(zg))), 1);
    return [settle(mul(o, tanh(next)), 0), next];
  };
}

function gruStep(
  { recurrentKernel, bias, keep }: SequenceTensors,
  { shape, listener }: SequenceOptions,
): Step {
  const { units, resetAfter, hard } = shape;
  const recurrentBias = bias && resetAfter ? unstack(bias)[1] : undefined;
  const [gateKernel, candidateKernel] = split(recurrentKernel, [2 * units, units], 1) as [Tensor, Tensor];
  return (input, [hidden], settle) => {
    const before = hidden as Tensor;
    const dropped = keep ? mul(before, keep) : before;
    const [xz, xr, xn] = parts(input, 3) as [Tensor, Tensor, Tensor];
    const heard = product(dropped, resetAfter ? recurrentKernel : gateKernel);
    const [hz, hr, hn] = parts(recurrentBias ? add(heard, recurrentBias) : heard, resetAfter ? 3 : 2) as [
      Tensor,
      Tensor,
      Tensor,
    ];
    const z = opening(hard, add(xz, hz));
    const r = opening(hard, add(xr, hr));
    listener?.gate?.('update', z);
    listener?.gate?.('reset', r);
    const said = resetAfter ? mul(r, hn) : product(mul(r, dropped), candidateKernel);
    const n = tanh(add(xn, said));
    return [settle(add(mul(z, before), mul(add(neg(z), 1), n)), 0)];
  };
}

/** The same tensor, with a gradient of its own. */
function withGradient(x: Tensor, change: (dy: Tensor) => Tensor): Tensor {
  return customGrad((value) => ({
    // A clone: tfjs asks for a new tensor.
    value: add(value as Tensor, 0),
    gradFunc: (dy: Tensor) => change(dy),
  }))(x);
}

const heard = (x: Tensor, hear: (dy: Tensor) => void): Tensor =>
  withGradient(x, (dy) => {
    hear(dy);
    return dy;
  });

/** The states as the next step sees them: the gradient that comes back is limited. */
function limited(states: States, { clipValue, clipNorm }: RecurrentLimits, cut: boolean): States {
  const inTurn = (use: (dy: Tensor) => Tensor, given: States): States =>
    given.map((state) => withGradient(state, use));
  let result = states;
  if (cut) result = inTurn(zerosLike, result);
  if (clipNorm !== undefined) result = normLimited(result, clipNorm);
  if (clipValue !== undefined) result = inTurn((dy) => clipByValue(dy, -clipValue, clipValue), result);
  return result;
}

/** The norm of a sample goes over all its states. */
function normLimited(states: States, limit: number): States {
  const joined = withGradient(concat([...states], 1), (dy) => {
    const norm = sqrt(sum(square(dy), 1, true));
    return mul(dy, div(limit, maximum(norm, limit)));
  });
  return states.length === 1 ? [joined] : split(joined, states.length, 1);
}
