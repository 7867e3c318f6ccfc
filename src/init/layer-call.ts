import type { Tensor } from '@tensorflow/tfjs-core';
import { layers } from '@tensorflow/tfjs-layers';

/**
 * Has something done when the layer is called next, before the call itself; once.
 *
 * @param act - Given the coming call, to be run as often as needed.
 * @returns Takes it back, if the call has not come.
 */
export function beforeFirstCall(
  layer: layers.Layer,
  act: (run: () => Tensor | Tensor[]) => void,
): () => void {
  const own = Object.getOwnPropertyDescriptor(layer, 'call');
  const restore = (): void => {
    if (own) Object.defineProperty(layer, 'call', own);
    else Reflect.deleteProperty(layer, 'call');
  };
  layer.call = (inputs, kwargs) => {
    restore();
    act(() => layer.call(inputs, kwargs));
    return layer.call(inputs, kwargs);
  };
  return restore;
}

/** Layers with an activation keep it in this field, which tfjs does not declare as public. */
interface Activated {
  activation?: unknown;
}

/** Runs something while the layer has no activation. */
export function withoutActivation<T>(layer: layers.Layer, run: () => T): T {
  const activated = layer as Activated;
  const { activation } = activated;
  if (activation === undefined || activation === null) return run();
  activated.activation = (layers.activation({ activation: 'linear' }) as Activated).activation;
  try {
    return run();
  } finally {
    activated.activation = activation;
  }
}
