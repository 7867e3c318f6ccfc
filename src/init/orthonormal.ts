import { normal, type Random } from './random.js';

/**
 * A random matrix with orthonormal columns, or rows where it is wider than high, times `gain`; row-major, rounded from
 * float64.
 *
 * The factor Q of a normal matrix is a product of reflections, each of which turns a normal vector onto an axis, and the
 * vectors are independent: so they are drawn at once and nothing is factorised (Stewart 1980).
 */
export function orthonormal(rows: number, columns: number, gain: number, random: Random): Float32Array {
  const count = Math.min(rows, columns);
  const length = Math.max(rows, columns);
  // Vector by vector, starting from unit vectors; the first `j` of them are still unit vectors when reflection j acts.
  const vectors = Array.from({ length: count }, (_, index) => {
    const unit = new Float64Array(length);
    unit[index] = 1;
    return unit;
  });
  const signs = new Float64Array(count);
  for (let j = count - 1; j >= 0; j--) {
    const mirror = Float64Array.from(normal(length - j, 1, random));
    const first = mirror[0] ?? 0;
    const norm = Math.sqrt(dot(mirror, mirror));
    // Away from 0, so that nothing cancels; the vector lands on the axis's negative side if its first part is positive.
    const sign = first < 0 ? -1 : 1;
    mirror[0] = first + sign * (norm > 0 ? norm : 1);
    // The diagonal of R must be positive for Q to be uniformly distributed.
    signs[j] = -sign;
    const scale = 2 / dot(mirror, mirror);
    for (const vector of vectors.slice(j)) {
      const part = vector.subarray(j);
      addScaled(part, -scale * dot(mirror, part), mirror);
    }
  }

  const matrix = new Float32Array(rows * columns);
  vectors.forEach((vector, index) => {
    const factor = gain * (signs[index] ?? 1);
    const [start, stride] = rows < columns ? [index * columns, 1] : [index, columns];
    vector.forEach((value, at) => {
      matrix[start + at * stride] = factor * value;
    });
  });
  return matrix;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

function addScaled(target: Float64Array, factor: number, source: Float64Array): void {
  for (let i = 0; i < target.length; i++) target[i] = (target[i] ?? 0) + factor * (source[i] ?? 0);
}
