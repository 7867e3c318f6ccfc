/** A tensor as [outer, units, inner] of which `outer` and `inner` are reduced. */
export interface Blocks {
  readonly [name: string]: number;
  readonly units: number;
  readonly inner: number;
}

/** Absent where the axes that stay are not side by side. */
export function blocksOf(shape: readonly number[], axes: readonly number[]): Blocks | undefined {
  const kept = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const first = kept[0] ?? shape.length;
  if (kept.some((axis, i) => axis !== first + i)) return undefined;
  const size = (lengths: readonly number[]): number =>
    lengths.reduce((product, length) => product * length, 1);
  return {
    units: size(shape.slice(first, first + kept.length)),
    inner: size(shape.slice(first + kept.length)),
  };
}

/**
 * Sums each unit's elements, or their squares, in float64.
 *
 * Almost always inputs come first and `inner` is 1. Then rows are taken four at a time: loading and storing the sums takes
 * longer than the arithmetic.
 */
export function unitSums(values: Float32Array, { units, inner }: Blocks, squared: boolean): Float64Array {
  const sums = new Float64Array(units);
  const inFours = inner === 1 ? values.length - (values.length % (4 * units)) : 0;
  for (let row = 0; row < inFours; row += 4 * units) {
    for (let unit = 0; unit < units; unit++) {
      const a = values[row + unit] as number;
      const b = values[row + units + unit] as number;
      const c = values[row + 2 * units + unit] as number;
      const d = values[row + 3 * units + unit] as number;
      const sum = squared ? a * a + b * b + (c * c + d * d) : a + b + (c + d);
      sums[unit] = (sums[unit] as number) + sum;
    }
  }
  for (let start = inFours, unit = 0; start < values.length; start += inner) {
    let sum = sums[unit] as number;
    for (let i = start; i < start + inner; i++) {
      const value = values[i] as number;
      sum += squared ? value * value : value;
    }
    sums[unit] = sum;
    unit = unit + 1 === units ? 0 : unit + 1;
  }
  return sums;
}

/** Scales each unit's elements by its own number, or adds it to them. */
export function changeUnits(
  output: Float32Array,
  values: Float32Array,
  numbers: Float64Array,
  inner: number,
  change: 'scale' | 'add',
): void {
  const units = numbers.length;
  const scales = change === 'scale';
  if (inner === 1) {
    // No loop over a single element.
    for (let row = 0; row < output.length; row += units) {
      for (let unit = 0; unit < units; unit++) {
        const value = values[row + unit] as number;
        const number = numbers[unit] as number;
        output[row + unit] = scales ? value * number : value + number;
      }
    }
    return;
  }
  for (let start = 0, unit = 0; start < output.length; start += inner) {
    const number = numbers[unit] as number;
    for (let i = start; i < start + inner; i++) {
      const value = values[i] as number;
      output[i] = scales ? value * number : value + number;
    }
    unit = unit + 1 === units ? 0 : unit + 1;
  }
}
