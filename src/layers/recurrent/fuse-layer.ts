import {
  cast,
  clone,
  dispose,
  dropout,
  expandDims,
  keep,
  mul,
  ones,
  type Tensor,
  tidy,
} from '@tensorflow/tfjs-core';
import type { LayerVariable, layers } from '@tensorflow/tfjs-layers';
import { listenThroughTime, throughTimeListener } from '../../layout/through-time.js';
import type { Kwargs } from '../define-layer.js';
import { runSequence } from './run-sequence.js';
import type { RecurrentLimits } from './sequence.js';
import type { SequenceShape } from './sequence-plan.js';

/** What tfjs keeps in the cells of its recurrent layers, partly in fields that it does not declare. */
interface Cell {
  readonly units: number;
  readonly activation: { getClassName(): string };
  readonly recurrentActivation: { getClassName(): string };
  readonly kernel: LayerVariable;
  readonly recurrentKernel: LayerVariable;
  readonly bias: LayerVariable | null;
  readonly dropout: number;
  readonly recurrentDropout: number;
  readonly dropoutFunc?: ((x: Tensor, rate: number) => Tensor) | null;
}

/** What a layer of tfjs does not know of. */
export interface Extras {
  readonly resetAfter: boolean;
  readonly limits: RecurrentLimits;
}

/** The cell of a recurrent layer of tfjs. */
export const cellOf = ({ cell }: layers.RNN): Cell & layers.Layer => cell as unknown as Cell & layers.Layer;

/** Whether this is a recurrent layer of tfjs whose cell the fused computation has. */
export function isFusable(layer: layers.Layer): layer is layers.RNN {
  const { cell } = layer as Partial<layers.RNN>;
  if (!cell || !['LSTMCell', 'GRUCell'].includes(cell.getClassName())) return false;
  const { activation, recurrentActivation } = cell as unknown as Cell;
  return (
    activation.getClassName() === 'tanh' &&
    ['sigmoid', 'hardSigmoid'].includes(recurrentActivation.getClassName())
  );
}

/**
 * Makes a recurrent layer of tfjs compute its whole sequence at once. It stays what it is in all else, so that weights,
 * configuration, states and wrappers are those of tfjs.
 */
export function fuseLayer(layer: layers.RNN, { resetAfter, limits }: Extras): void {
  listenThroughTime(layer, undefined);
  layer.call = (inputs, kwargs) =>
    tidy(() => {
      const [input] = Array.isArray(inputs) ? inputs : [inputs];
      if (!input) throw new RangeError(`${layer.name}: expected an input, got none`);
      const cell = cellOf(layer);
      const [batch = 0, time = 0, size = 0] = input.shape;
      const shape: SequenceShape = {
        cell: cell.getClassName() === 'LSTMCell' ? 'lstm' : 'gru',
        resetAfter,
        hard: cell.recurrentActivation.getClassName() === 'hardSigmoid',
        reversed: layer.goBackwards,
        time,
        batch,
        inputs: size,
        units: cell.units,
      };
      const { mask, initialState, training } = asGiven(kwargs);
      const masks = training ? dropoutMasks(cell, batch, size) : {};
      const x = toFloat(input);
      const states = initialState ?? (layer.stateful ? layer.getStates() : []);
      const [output, ...last] = runSequence(
        {
          x: masks.input ? mul(x, expandDims(masks.input, 1)) : x,
          kernel: cell.kernel.read(),
          recurrentKernel: cell.recurrentKernel.read(),
          bias: cell.bias?.read(),
          hidden: states[0] && toFloat(states[0]),
          cell: states[1] && toFloat(states[1]),
          mask: mask && toFloat(mask),
          keep: masks.state,
        },
        { shape, limits, returnSequences: layer.returnSequences, listener: throughTimeListener(layer) },
      ) as [Tensor, ...Tensor[]];
      if (layer.stateful) {
        const before = layer.getStates();
        layer.setStates(last.map((state) => keep(clone(state))));
        dispose(before.filter((state) => state != null));
      }
      return layer.returnState ? [output, ...last] : output;
    });
}

const toFloat = (x: Tensor): Tensor => (x.dtype === 'float32' ? x : cast(x, 'float32'));

/** What tfjs hands to a recurrent layer, `null` where it has nothing. */
function asGiven(kwargs: Kwargs | null): {
  readonly mask: Tensor | undefined;
  readonly initialState: readonly Tensor[] | undefined;
  readonly training: boolean;
} {
  const { mask, initialState, training } = { ...kwargs } as Record<string, unknown>;
  const list = <T>(value: unknown): T[] => (Array.isArray(value) ? value : value == null ? [] : [value as T]);
  const states = list<Tensor>(initialState);
  return {
    mask: list<Tensor>(mask)[0],
    initialState: states.length > 0 ? states : undefined,
    training: training === true,
  };
}

/** Drawn anew at each call, and the same for all time steps (arXiv 1512.05287). */
function dropoutMasks(
  { dropout: inputRate, recurrentDropout, dropoutFunc, units }: Cell,
  batch: number,
  size: number,
): { readonly input?: Tensor; readonly state?: Tensor } {
  const draw = (width: number, rate: number): Tensor => (dropoutFunc ?? dropout)(ones([batch, width]), rate);
  const drops = (rate: number): boolean => rate > 0 && rate < 1;
  return {
    ...(drops(inputRate) && { input: draw(size, inputRate) }),
    ...(drops(recurrentDropout) && { state: draw(units, recurrentDropout) }),
  };
}
