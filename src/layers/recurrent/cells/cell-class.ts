import { cast, type serialization, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { layers, type Shape } from '@tensorflow/tfjs-layers';
import { fastOrthogonal } from '../../../init/fast-orthogonal.js';
import { type OwnClass, registerOwnClass } from '../../../init/own-class.js';
import type { Kwargs } from '../../define-layer.js';
import type { CellBody } from './cell-body.js';
import { cellNoise } from './cell-noise.js';
import { assertCellOptions, type CellOptions } from './cell-options.js';
import { type Activations, cellStep } from './cell-step.js';
import { buildCellWeights } from './cell-weights.js';

/** A class of cells that tfjs can save and, once registered, read. */
export interface CellClass<Options extends CellOptions> extends OwnClass {
  create(options: Options): layers.RNNCell;
}

/**
 * Makes a class of recurrent cells.
 *
 * @param className - As it stands in saved models.
 * @param name - Of the public function, for error messages.
 */
export function cellClass<
  Options extends CellOptions,
  Gate extends string,
  State extends string,
  Weight extends string = never,
>(
  className: string,
  name: string,
  implement: (options: Options) => CellBody<Gate, State, Weight>,
): CellClass<Options> {
  const own: CellClass<Options> = {
    className,
    create(options) {
      registerOwnClass(own);
      const body = implement(options);
      assertCellOptions(name, options, body.states);
      return createCell(className, body, options);
    },
  };
  return own;
}

/** tfjs's functions by name keep their readers to themselves; its cells have them. */
interface Parsed {
  readonly activation: { apply(x: Tensor): Tensor };
  readonly recurrentActivation: { apply(x: Tensor): Tensor };
}

/**
 * Makes a cell out of a GRU cell of tfjs, which reads the same options, and whose weights, computation and configuration
 * are replaced.
 */
function createCell<Gate extends string, State extends string, Weight extends string>(
  className: string,
  body: CellBody<Gate, State, Weight>,
  options: CellOptions,
): layers.RNNCell {
  const { units, dropout = 0, recurrentDropout = 0, candidateDropout = 0, zoneout = 0 } = options;
  const cell = layers.gruCell(tfjsOptions(options));
  if (options.name === undefined) cell.name = cell.name.replace(/^.*GRUCell/, `${snakeCase(className)}_`);
  const { states, savedAs } = body;
  const { activation, recurrentActivation } = cell as unknown as Parsed;
  const activations: Activations = {
    // Asked for by name each time: whoever watches the cell puts a tap on them.
    open: (x) => recurrentActivation.apply(x),
    activate: (x) => activation.apply(x),
  };
  const noiseAt = cellNoise(options, states);
  const plain = [dropout, recurrentDropout, candidateDropout].every((rate) => rate === 0) && zoneout === 0;
  let read: ReturnType<typeof buildCellWeights<Weight>> | undefined;

  const { getConfig } = cell;
  Object.assign(cell, { stateSize: states.length === 1 ? units : states.map(() => units) });
  cell.getClassName = () => (plain && savedAs !== undefined ? savedAs : className);
  cell.getConfig = (): serialization.ConfigDict => {
    const { implementation: _, resetAfter: __, ...shared } = getConfig.call(cell);
    return {
      ...shared,
      ...(!plain && { candidateDropout, zoneout }),
      ...body.config,
    } as serialization.ConfigDict;
  };
  cell.build = (inputShape) => {
    read = buildCellWeights(cell, body, (inputShape as Shape).at(-1) ?? 0);
    cell.built = true;
  };
  cell.call = (inputs, kwargs: Kwargs | null) =>
    tidy(() => {
      const [x, ...given] = inputs as Tensor[];
      if (!x || !read || given.length !== states.length) {
        throw new RangeError(
          `${cell.name}: expected an input and the states ${states.join(', ')}, got ${(inputs as Tensor[]).length} tensors; put the cell into tf.layers.rnn`,
        );
      }
      const before = Object.fromEntries(states.map((state, at) => [state, given[at]])) as Record<
        State,
        Tensor
      >;
      const sequence = kwargs ?? {};
      const noise = noiseAt(sequence, 'training' in sequence && sequence['training'] === true);
      const tensors = { x: x.dtype === 'float32' ? x : cast(x, 'float32'), before, ...read() };
      const after = body.update(cellStep(body, tensors, activations, noise));
      const next = states.map((state) => noise.zoneout(state, before[state], after[state]));
      return [next[0] as Tensor, ...next];
    });
  return cell;
}

type TfjsOptions = Parameters<typeof layers.gruCell>[0];

/** Without what tfjs does not know of, or would take for something else. */
function tfjsOptions(options: CellOptions): TfjsOptions {
  const { candidateDropout: _, zoneout: __, ...rest } = options;
  return {
    ...(rest as TfjsOptions),
    activation: options.activation ?? 'tanh',
    recurrentActivation: options.recurrentActivation ?? 'sigmoid',
    kernelInitializer: options.kernelInitializer ?? 'glorotUniform',
    recurrentInitializer: fastOrthogonal(options.recurrentInitializer),
    // Of ours, which tfjs's cell would refuse.
    resetAfter: false,
  } as TfjsOptions;
}

const snakeCase = (className: string): string =>
  className
    .replace(/^GradientHealth/, '')
    .replaceAll(/([a-z0-9])([A-Z])|([A-Z])([A-Z][a-z])/g, '$1$3_$2$4')
    .toLowerCase();
