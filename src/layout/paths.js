const inside = (layer) => layer;
/**
 * Lists the layers of a model that compute, in topological order. Nested models are flattened; a layer used several
 * times is listed once, at the place of its first use; input layers are left out.
 */
export function placeLayers(model) {
    const placed = new Map();
    walkContainer(model, [], { paths: [], depth: -1 }, true, placed);
    return [...placed.values()];
}
function walkContainer(container, prefix, from, isOutput, placed) {
    const { layers: children = [], model } = inside(container);
    const graph = model ?? inside(container);
    // A Sequential that is not built yet has no nodes: each layer reads the one before it.
    const isBuilt = graph.containerNodes !== undefined && graph.containerNodes.size > 0;
    const outputs = (isBuilt ? graph.outputLayers : undefined) ?? children.slice(-1);
    const sources = new Map();
    for (const [index, child] of children.entries()) {
        const linear = isBuilt ? undefined : children.slice(Math.max(0, index - 1), index);
        const read = (linear ?? inboundLayers(child, graph.containerNodes)).map((layer) => sources.get(layer) ?? from);
        const source = join(read.length > 0 ? read : [from]);
        sources.set(child, walkLayer(child, [...prefix, child.name], source, isOutput && outputs.includes(child), placed));
    }
    return join(outputs.map((layer) => sources.get(layer) ?? from));
}
function walkLayer(layer, names, from, isOutput, placed, reversed = false) {
    if (layer.getClassName() === 'InputLayer')
        return from;
    const parts = inside(layer);
    if (parts.layers !== undefined)
        return walkContainer(layer, names, from, isOutput, placed);
    if (parts.forwardLayer && parts.backwardLayer) {
        return join([parts.forwardLayer, parts.backwardLayer].map((half) => walkLayer(half, [...names, half.name], from, isOutput, placed)));
    }
    if (parts.layer)
        return walkLayer(parts.layer, [...names, parts.layer.name], from, isOutput, placed);
    const cells = parts.cell && inside(parts.cell).cells;
    if (cells) {
        return cells.reduce((source, cell, index) => {
            const last = index === cells.length - 1;
            return walkLayer(cell, [...names, `cell_${index}`], source, isOutput && last, placed, parts.goBackwards);
        }, from);
    }
    const path = names.join('/');
    const first = placed.get(layer);
    if (first)
        return { paths: [first.path], depth: Math.max(first.depth, from.depth + 1) };
    const { goBackwards = reversed } = parts;
    placed.set(layer, {
        path,
        layer,
        depth: from.depth + 1,
        inbound: from.paths,
        isOutput,
        reversed: goBackwards,
    });
    return { paths: [path], depth: from.depth + 1 };
}
function inboundLayers(layer, nodes) {
    return layer.inboundNodes.flatMap((node, index) => nodes === undefined || nodes.has(`${layer.name}_ib-${index}`) ? node.inboundLayers : []);
}
function join(sources) {
    return {
        paths: [...new Set(sources.flatMap((source) => source.paths))],
        depth: Math.max(...sources.map((source) => source.depth)),
    };
}
