import { orthogonal } from '../../init/orthogonal.js';
import { registerOwnClass } from '../../init/own-class.js';
import { cellOf, fuseLayer } from './fuse-layer.js';
import { assertRecurrentOptions } from './recurrent-options.js';
/** By which the configuration of a layer leads its clones back to it; left out of files. */
const lifeKey = Symbol('life');
const kerasDefaults = {
    recurrentActivation: 'sigmoid',
    kernelInitializer: 'glorotUniform',
};
/** Makes a recurrent layer of tfjs that computes its whole sequence at once, and is saved as tfjs's where that would do. */
export function createRecurrent({ name, className, own, resetAfter, create }, options) {
    assertRecurrentOptions(name, options);
    registerOwnClass(own);
    const { defaults = 'keras', recurrentClipValue, recurrentClipNorm, truncateAfter, ...rest } = options;
    const life = options[lifeKey] ?? { built: false };
    const layer = create({
        ...(defaults === 'keras' && kerasDefaults),
        ...rest,
        recurrentInitializer: recurrentInitializer(options.recurrentInitializer),
    });
    const limits = { clipValue: recurrentClipValue, clipNorm: recurrentClipNorm, truncateAfter };
    fuseLayer(layer, { resetAfter, limits });
    const extras = Object.fromEntries(Object.entries({ recurrentClipValue, recurrentClipNorm, truncateAfter }).filter(([, value]) => value != null));
    const isOwn = resetAfter || Object.keys(extras).length > 0;
    if (resetAfter)
        addRecurrentBias(layer);
    const { build, getConfig } = layer;
    layer.build = (shape) => {
        build.call(layer, shape);
        life.built = true;
    };
    // A layer without weights may be about to be cloned: by its own class, or the clone would be one of plain tfjs.
    layer.getClassName = () => (isOwn || !life.built ? own.className : className);
    layer.getConfig = () => {
        const config = { ...getConfig.call(layer), ...(resetAfter && { resetAfter }), ...extras };
        return Object.assign(config, { [lifeKey]: life });
    };
    return layer;
}
/** tfjs's own orthogonal initialiser is slow, and throws without the chained methods of all of tfjs. */
function recurrentInitializer(given) {
    if (given == null || given === 'orthogonal')
        return orthogonal();
    const { className, config } = given;
    if (className !== 'Orthogonal')
        return given;
    const { seed, gain } = (config ?? {});
    const options = { ...(seed != null && { seed }), ...(gain != null && { gain }) };
    return orthogonal(options);
}
/** tfjs's GRU has a bias [3 units]; with the reset after the product there is one of the input and one of the state. */
function addRecurrentBias(layer) {
    const cell = cellOf(layer);
    const { build } = cell;
    const { addWeight } = cell;
    cell.build = (inputShape) => {
        const twice = (name, shape, ...rest) => addWeight.call(cell, name, name === 'bias' ? [2, ...shape] : shape, ...rest);
        Object.assign(cell, { addWeight: twice });
        build.call(cell, inputShape);
        Reflect.deleteProperty(cell, 'addWeight');
    };
}
