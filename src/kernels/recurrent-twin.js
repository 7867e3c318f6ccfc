import { createMatrixTwin } from './matrix-twin.js';
/** What the recurrent kernels do, in plain TypeScript and with a heap of its own. */
export function createRecurrentTwin() {
    const matrix = createMatrixTwin();
    let heap = matrix.reserve(0);
    const get = (at) => heap[at];
    const isMasked = (mask, row) => mask !== undefined && get(mask + row) === 0;
    /** Calls back with where each element lies among gates of so many widths and among states of one. */
    function elements({ z, mask, rows, width }, gates, taken, left = () => { }) {
        for (let row = 0; row < rows; row++) {
            const masked = isMasked(mask, row);
            for (let unit = 0; unit < width; unit++) {
                if (masked)
                    left(row * width + unit, row);
                else
                    taken(z + row * gates * width + unit, row * width + unit);
            }
        }
    }
    const clearGates = ({ z, width }, gates, row) => {
        heap.fill(0, z + row * gates * width, z + (row + 1) * gates * width);
    };
    const unmasked = (step) => ({ ...step, mask: undefined });
    return {
        ...matrix,
        reserve(floats) {
            heap = matrix.reserve(floats);
            return heap;
        },
        copyRows(from, to, outer, inner, width) {
            for (let i = 0; i < outer; i++) {
                for (let j = 0; j < inner; j++) {
                    const source = from.at + i * from.outer + j * from.inner;
                    heap.copyWithin(to.at + i * to.outer + j * to.inner, source, source + width);
                }
            }
        },
        clearMasked(mask, to, rows, width) {
            for (let row = 0; row < rows; row++) {
                if (isMasked(mask, row))
                    heap.fill(0, to + row * width, to + (row + 1) * width);
            }
        },
        addRows(from, to, rows, width) {
            for (let at = 0; at < rows * width; at++)
                heap[to + (at % width)] = get(to + (at % width)) + get(from + at);
        },
        multiply(x, y, to, size) {
            for (let at = 0; at < size; at++)
                heap[to + at] = get(x + at) * get(y + at);
        },
        clipElements(x, limit, size) {
            for (let at = x; at < x + size; at++)
                heap[at] = Math.min(Math.max(get(at), -limit), limit);
        },
        clipRows(x, y, limit, rows, width) {
            for (let row = 0; row < rows; row++) {
                const parts = [x, ...(y === undefined ? [] : [y])].map((part) => part + row * width);
                const norm = Math.sqrt(parts.reduce((sum, part) => sum + this.squares(part, width), 0));
                if (!(norm > limit))
                    continue;
                for (const part of parts) {
                    for (let at = part; at < part + width; at++)
                        heap[at] = get(at) * Math.fround(limit / norm);
                }
            }
        },
        squares(x, size) {
            let sum = 0;
            for (let at = x; at < x + size; at++)
                sum += get(at) ** 2;
            return sum;
        },
        gateSums(z, rowWidth, mask, rows, units, to) {
            let [sum, saturated] = [0, 0];
            for (let row = 0; row < rows; row++) {
                if (isMasked(mask, row))
                    continue;
                for (let unit = 0; unit < units; unit++) {
                    const opening = get(z + row * rowWidth + unit);
                    sum += opening;
                    if (Math.abs(opening - 0.5) > 0.45)
                        saturated++;
                }
            }
            heap[to] = sum;
            heap[to + 1] = saturated;
        },
        lstmForward(step, hBefore, h) {
            const { cBefore, c, width, hard } = step;
            const take = (gate, at) => {
                const i = openGate(get(gate), hard);
                const f = openGate(get(gate + width), hard);
                const g = Math.tanh(get(gate + 2 * width));
                const o = openGate(get(gate + 3 * width), hard);
                heap[gate] = i;
                heap[gate + width] = f;
                heap[gate + 2 * width] = g;
                heap[gate + 3 * width] = o;
                heap[c + at] = f * get(cBefore + at) + i * g;
                heap[h + at] = o * Math.tanh(get(c + at));
            };
            elements(step, 4, take, (at) => {
                heap[c + at] = get(cBefore + at);
                heap[h + at] = get(hBefore + at);
            });
        },
        lstmBackward(step, dh, dc) {
            const { cBefore, c, width, hard } = step;
            let squares = 0;
            const take = (gate, at) => {
                const [i, f] = [get(gate), get(gate + width)];
                const [g, o] = [get(gate + 2 * width), get(gate + 3 * width)];
                const t = Math.tanh(get(c + at));
                const d = get(dh + at);
                const total = get(dc + at) + d * o * (1 - t * t);
                heap[gate] = total * g * gateSlope(i, hard);
                heap[gate + width] = total * get(cBefore + at) * gateSlope(f, hard);
                heap[gate + 2 * width] = total * i * (1 - g * g);
                heap[gate + 3 * width] = d * t * gateSlope(o, hard);
                heap[dc + at] = total * f;
                heap[dh + at] = 0;
                squares += total * total;
            };
            elements(step, 4, take, (at, row) => {
                clearGates(step, 4, row);
                squares += get(dc + at) ** 2;
            });
            return squares;
        },
        gruGates(step) {
            elements(unmasked(step), step.gates, (gate) => {
                for (const at of [gate, gate + step.width])
                    heap[at] = openGate(get(at), step.hard);
            });
        },
        gruReset(step, h, to) {
            elements(unmasked(step), step.gates, (gate, at) => {
                heap[to + at] = get(gate + step.width) * get(h + at);
            });
        },
        gruForward(step, h) {
            const { gates, width, hBefore } = step;
            const take = (gate, at) => {
                const candidate = gate + 2 * width;
                const said = gates === 4 ? get(gate + width) * get(candidate + width) : 0;
                const n = Math.tanh(get(candidate) + said);
                const u = get(gate);
                heap[candidate] = n;
                heap[h + at] = u * get(hBefore + at) + (1 - u) * n;
            };
            elements(step, gates, take, (at) => {
                heap[h + at] = get(hBefore + at);
            });
        },
        gruBackward(step, dh) {
            const { gates, width, hBefore, hard } = step;
            const take = (gate, at) => {
                const [u, r, n] = [get(gate), get(gate + width), get(gate + 2 * width)];
                const d = get(dh + at);
                const dn = d * (1 - u) * (1 - n * n);
                if (gates === 4) {
                    heap[gate + width] = dn * get(gate + 3 * width) * gateSlope(r, hard);
                    heap[gate + 3 * width] = dn * r;
                }
                heap[gate] = d * (get(hBefore + at) - n) * gateSlope(u, hard);
                heap[gate + 2 * width] = dn;
                heap[dh + at] = d * u;
            };
            elements(step, gates, take, (_, row) => clearGates(step, gates, row));
        },
        gruResetBackward(step, h, p, to) {
            const { gates, width, hard } = step;
            elements(unmasked(step), gates, (gate, at) => {
                const [r, before, d] = [get(gate + width), get(h + at), get(p + at)];
                heap[gate + width] = d * before * gateSlope(r, hard);
                heap[to + at] = r * before;
                heap[p + at] = r * d;
            });
        },
    };
}
const openGate = (x, hard) => hard ? Math.min(Math.max(0.2 * x + 0.5, 0), 1) : 1 / (1 + Math.exp(-x));
/** Slope of a gate's activation where its value is s. */
function gateSlope(s, hard) {
    if (!hard)
        return s * (1 - s);
    return s > 0 && s < 1 ? 0.2 : 0;
}
