const share = (backend, { dataId, shape, dtype }) => {
    backend.incRef(dataId);
    return { dataId, shape, dtype };
};
/** By backend name; none for the others. */
export const hostMemoryOf = {
    cpu: {
        allocate: (backend, shape) => {
            const size = shape.reduce((product, length) => product * length, 1);
            return backend.makeTensorInfo(shape, 'float32', new Float32Array(size));
        },
        views: (backend, tensors) => tensors.map(({ dataId }) => backend.data.get(dataId).values),
        share,
    },
    wasm: {
        allocate: (backend, shape) => backend.makeOutput(shape, 'float32'),
        views: (backend, tensors) => tensors.map((tensor) => backend.typedArrayFromHeap(tensor)),
        share,
    },
};
