import type { Tensor } from '@tensorflow/tfjs-core';
import type { PlacedLayer } from '../layout/paths.js';

/** Hears of tensors while a forward pass runs. */
export interface TapListener {
  /**
   * A layer returned this; a shared or time-distributed layer is heard once for each call. One that returns something else
   * outside of training comes with what computes that.
   */
  output(place: PlacedLayer, tensor: Tensor, inferred?: () => Tensor): void;
  /** A recurrent cell has taken a time step, counted in the order of computation; a shared layer counts each call anew. */
  state(place: PlacedLayer, time: number, hidden: Tensor, cell: Tensor | undefined): void;
  /** A gate of a recurrent cell opened this far. */
  gate(place: PlacedLayer, gate: string, tensor: Tensor): void;
}

/** Overrides on the layers of a model that tell a listener what they compute, and change nothing. */
export interface Taps {
  /** While `run` runs, the listener hears what the layers do. */
  listen<T>(listener: TapListener, run: () => T): T;
  /** Gives the layers their own methods back. */
  remove(): void;
}

/** The parts of tfjs's recurrent cells that its types hide. */
interface Cell {
  call(inputs: unknown, options: unknown): Tensor[];
  readonly stateSize?: unknown;
  readonly recurrentActivation?: Callable;
}

type Callable = { apply(...values: never[]): unknown };

/** In the order in which the cells of tfjs compute their gates. */
const gatesByClassName: Readonly<Record<string, readonly string[]>> = {
  LSTM: ['input', 'forget', 'output'],
  LSTMCell: ['input', 'forget', 'output'],
  GRU: ['update', 'reset'],
  GRUCell: ['update', 'reset'],
};

/** Puts taps on every layer; while nobody listens they only pass on. */
export function createTaps(placed: readonly PlacedLayer[]): Taps {
  let listener: TapListener | undefined;
  /** Time steps that each cell has taken of the sequence at hand. */
  const clock = new Map<PlacedLayer, number>();
  const restores = placed.flatMap((place) => {
    const cell = cellOf(place);
    const normalises = place.layer.getClassName() === 'BatchNormalization';
    const outputs = tap(place.layer as unknown as Cell, 'call', (output, again, [inputs, options]) => {
      const [first] = Array.isArray(output) ? output : [output];
      const trains = (options as { training?: unknown } | undefined)?.training === true;
      const inferred = normalises && trains ? () => again(inputs, { training: false }) as Tensor : undefined;
      // A shared layer begins its next sequence at the first time step.
      if (cell !== place.layer) clock.delete(place);
      listener?.output(place, first as Tensor, inferred);
    });
    return cell ? [outputs, ...tapCell(place, cell)] : [outputs];
  });

  function tapCell(place: PlacedLayer, cell: Cell): (() => void)[] {
    const gates = gatesByClassName[place.layer.getClassName()] ?? [];
    let gate = 0;
    const states = tap(cell, 'call', (output) => {
      const [hidden, , memory] = output as Tensor[];
      const time = clock.get(place) ?? 0;
      clock.set(place, time + 1);
      gate = 0;
      if (hidden) listener?.state(place, time, hidden, memory);
    });
    if (!cell.recurrentActivation || gates.length === 0) return [states];
    const opened = tap(cell.recurrentActivation, 'apply', (output) => {
      const name = gates[gate++];
      if (name) listener?.gate(place, name, output as Tensor);
    });
    return [states, opened];
  }

  return {
    listen(next, run) {
      listener = next;
      clock.clear();
      try {
        return run();
      } finally {
        listener = undefined;
      }
    },
    remove() {
      for (const restore of restores) restore();
    },
  };
}

/** The one cell of a recurrent layer, or the layer itself where it is a cell in a stack. */
function cellOf({ layer }: PlacedLayer): Cell | undefined {
  const own = (layer as { cell?: unknown }).cell ?? layer;
  return (own as Cell).stateSize === undefined ? undefined : (own as Cell);
}

/** Overrides a method on the instance, so that `after` sees what it returns, itself and its arguments. Returns how to undo that. */
function tap<K extends string>(
  object: Record<K, unknown> | object,
  name: K,
  after: (output: unknown, method: (...values: unknown[]) => unknown, values: readonly unknown[]) => void,
): () => void {
  const target = object as Record<K, (...values: unknown[]) => unknown>;
  const original = target[name];
  const before = Object.getOwnPropertyDescriptor(target, name);
  const override = (...values: unknown[]): unknown => {
    const output = original.apply(target, values);
    after(output, (...others) => original.apply(target, others), values);
    return output;
  };
  Object.defineProperty(target, name, { value: override, configurable: true, writable: true });
  return () => {
    if (target[name] !== override) return;
    if (before) Object.defineProperty(target, name, before);
    else delete (target as Partial<typeof target>)[name];
  };
}
