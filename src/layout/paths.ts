import type { LayersModel, layers } from '@tensorflow/tfjs-layers';

/** A layer that computes, found inside a model, whatever it is nested or wrapped in. */
export interface PlacedLayer {
  /** Names from the model down to the layer, joined by `/`; a recurrent layer's single cell has no name of its own. */
  readonly path: string;
  readonly layer: layers.Layer;
  /** Length of the longest way from an input, in computing layers. */
  readonly depth: number;
  /** Paths of the layers it reads from. */
  readonly inbound: readonly string[];
  readonly isOutput: boolean;
  /** Whether it goes through its sequence from the last time step to the first. */
  readonly reversed: boolean;
}

/**
 * The public face of tfjs's layer classes leaves out what the walk needs; these are the fields it reads, all optional,
 * since which of them exist is what tells a container from a wrapper from a cell.
 */
interface Inside {
  readonly layers?: layers.Layer[];
  readonly containerNodes?: ReadonlySet<string>;
  readonly outputLayers?: readonly layers.Layer[];
  readonly layer?: layers.Layer;
  readonly forwardLayer?: layers.Layer;
  readonly backwardLayer?: layers.Layer;
  readonly cell?: layers.Layer;
  readonly cells?: readonly layers.Layer[];
  readonly goBackwards?: boolean;
}

/** Where signals come from: the deepest layers reached so far, and their depth. */
interface Source {
  readonly paths: readonly string[];
  readonly depth: number;
}

const inside = (layer: object): Inside => layer as Inside;

/**
 * Lists the layers of a model that compute, in topological order. Nested models are flattened; a layer used several
 * times is listed once, at the place of its first use; input layers are left out.
 */
export function placeLayers(model: LayersModel): PlacedLayer[] {
  const placed = new Map<layers.Layer, PlacedLayer>();
  walkContainer(model, [], { paths: [], depth: -1 }, true, placed);
  return [...placed.values()];
}

type Placed = Map<layers.Layer, PlacedLayer>;

function walkContainer(
  container: layers.Layer,
  prefix: string[],
  from: Source,
  isOutput: boolean,
  placed: Placed,
): Source {
  const { layers: children = [], containerNodes, outputLayers } = inside(container);
  // By its nodes the layer behind a nested model that comes first would read the last layer in there.
  const isLinear = container.getClassName() === 'Sequential';
  const outputs = (isLinear ? undefined : outputLayers) ?? children.slice(-1);
  const sources = new Map<layers.Layer, Source>();
  for (const [index, child] of children.entries()) {
    const inbound = isLinear
      ? children.slice(Math.max(0, index - 1), index)
      : inboundLayers(child, containerNodes);
    const read = inbound.map((layer) => sources.get(layer) ?? from);
    const source = join(read.length > 0 ? read : [from]);
    sources.set(
      child,
      walkLayer(child, [...prefix, child.name], source, isOutput && outputs.includes(child), placed),
    );
  }
  return join(outputs.map((layer) => sources.get(layer) ?? from));
}

function walkLayer(
  layer: layers.Layer,
  names: string[],
  from: Source,
  isOutput: boolean,
  placed: Placed,
  reversed = false,
): Source {
  if (layer.getClassName() === 'InputLayer') return from;
  const parts = inside(layer);
  if (parts.layers !== undefined) return walkContainer(layer, names, from, isOutput, placed);
  if (parts.forwardLayer && parts.backwardLayer) {
    return join(
      [parts.forwardLayer, parts.backwardLayer].map((half) =>
        walkLayer(half, [...names, half.name], from, isOutput, placed),
      ),
    );
  }
  if (parts.layer) return walkLayer(parts.layer, [...names, parts.layer.name], from, isOutput, placed);
  const cells = parts.cell && inside(parts.cell).cells;
  if (cells) {
    return cells.reduce((source, cell, index) => {
      const last = index === cells.length - 1;
      return walkLayer(
        cell,
        [...names, `cell_${index}`],
        source,
        isOutput && last,
        placed,
        parts.goBackwards,
      );
    }, from);
  }
  const path = names.join('/');
  const first = placed.get(layer);
  if (first) return { paths: [first.path], depth: Math.max(first.depth, from.depth + 1) };
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

function inboundLayers(layer: layers.Layer, nodes: ReadonlySet<string> | undefined): layers.Layer[] {
  return layer.inboundNodes.flatMap((node, index) =>
    nodes === undefined || nodes.has(`${layer.name}_ib-${index}`) ? node.inboundLayers : [],
  );
}

function join(sources: readonly Source[]): Source {
  return {
    paths: [...new Set(sources.flatMap((source) => source.paths))],
    depth: Math.max(...sources.map((source) => source.depth)),
  };
}
