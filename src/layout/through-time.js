/** On the layer itself and registered globally, so that two builds of this library in one program understand each other. */
const listenerKey = Symbol.for('gradient-health.through-time');
/** Whether the layer tells of the gradient through time. */
export const tellsThroughTime = (layer) => listenerKey in layer;
/** Gives such a layer a listener, or takes it away. */
export function listenThroughTime(layer, listener) {
    layer[listenerKey] = listener;
}
/** Who listens to the layer. */
export const throughTimeListener = (layer) => layer[listenerKey];
