/** What the matrix kernels do, in plain TypeScript and with a heap of its own. */
export function createMatrixTwin() {
    let heap = new Float32Array(0);
    const gemm = (a, b, c, rows, columns, inner) => {
        for (let i = 0; i < rows; i++) {
            const cRow = c.at + i * c.rowStride;
            for (let k = 0; k < inner; k++) {
                const x = heap[a.at + i * a.rowStride + k * a.columnStride];
                const bRow = b.at + k * b.rowStride;
                for (let j = 0; j < columns; j++) {
                    heap[cRow + j] = heap[cRow + j] + x * heap[bRow + j * b.columnStride];
                }
            }
        }
    };
    return {
        reserve(floats) {
            if (floats > heap.length) {
                const larger = new Float32Array(floats);
                larger.set(heap);
                heap = larger;
            }
            return heap;
        },
        gemm,
        // Without vectors there is nothing to gain from panels: packed is dense.
        pack(b, inner, columns, to) {
            for (let k = 0; k < inner; k++) {
                for (let j = 0; j < columns; j++) {
                    heap[to + k * columns + j] = heap[b.at + k * b.rowStride + j * b.columnStride];
                }
            }
        },
        gemmPacked(a, b, c, rows, columns, inner) {
            gemm(a, { at: b, rowStride: columns, columnStride: 1 }, c, rows, columns, inner);
        },
        transpose(from, rows, columns, to) {
            for (let i = 0; i < rows; i++) {
                for (let j = 0; j < columns; j++)
                    heap[to + j * rows + i] = heap[from + i * columns + j];
            }
        },
    };
}
