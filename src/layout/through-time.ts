import type { Tensor } from '@tensorflow/tfjs-core';
import type { ThroughTimeRecord } from '../record/run.js';

/**
 * Hears what the backward pass of a fused recurrent layer meets on its way through time. Where its tensors are arrays that
 * this thread can see it is summed up at once, else in tensors, one by one.
 */
export interface ThroughTimeListener {
  /** All of one pass. */
  sums(record: ThroughTimeRecord): void;
  /** dL/dh_t or dL/dc_t, time steps counted in the order of computation; the tensor is the layer's. */
  gradient(kind: 'hidden' | 'cell', time: number, tensor: Tensor): void;
  /** How far a gate opened at a time step; the tensor is the layer's. `undefined` where nobody asks, also not in `sums`. */
  readonly gate: ((name: string, tensor: Tensor) => void) | undefined;
}

/** On the layer itself and registered globally, so that two builds of this library in one program understand each other. */
const listenerKey: unique symbol = Symbol.for('gradient-health.through-time') as typeof listenerKey;

/** A layer that tells of the gradient through time; a listener is heard from the next forward pass on. */
export interface TellsThroughTime {
  [listenerKey]: ThroughTimeListener | undefined;
}

/** Whether the layer tells of the gradient through time. */
export const tellsThroughTime = (layer: object): layer is TellsThroughTime => listenerKey in layer;

/** Gives such a layer a listener, or takes it away. */
export function listenThroughTime(layer: object, listener: ThroughTimeListener | undefined): void {
  (layer as TellsThroughTime)[listenerKey] = listener;
}

/** Who listens to the layer. */
export const throughTimeListener = (layer: object): ThroughTimeListener | undefined =>
  (layer as Partial<TellsThroughTime>)[listenerKey];
