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
 * Almost always inputs come first and `inner` is 1. Then rows are taken eight at a time: loading and storing the sums takes
 * longer than the arithmetic.
 */
export function unitSums(values: Float32Array, { units, inner }: Blocks, squared: boolean): Float64Array {
  const sums = new Float64Array(units);
  const inEights = inner === 1 ? values.length - (values.length % (8 * units)) : 0;
  for (let row = 0; row < inEights; row += 8 * units) addEightRows(sums, values, row, squared);
  for (let start = inEights, unit = 0; start < values.length; start += inner) {
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

function addEightRows(sums: Float64Array, values: Float32Array, start: number, squared: boolean): void {
  const units = sums.length;
  for (let unit = 0, at = start; unit < units; unit++, at++) {
    const a = values[at] as number;
    const b = values[at + units] as number;
    const c = values[at + 2 * units] as number;
    const d = values[at + 3 * units] as number;
    const e = values[at + 4 * units] as number;
    const f = values[at + 5 * units] as number;
    const g = values[at + 6 * units] as number;
    const h = values[at + 7 * units] as number;
    const sum = squared
      ? a * a + b * b + (c * c + d * d) + (e * e + f * f + (g * g + h * h))
      : a + b + (c + d) + (e + f + (g + h));
    sums[unit] = (sums[unit] as number) + sum;
  }
}

/** Multiplies each unit's elements by its own number, or subtracts it from them. */
export function changeUnits(
  output: Float32Array,
  values: Float32Array,
  numbers: Float32Array,
  inner: number,
  change: 'multiply' | 'subtract',
): void {
  const multiplies = change === 'multiply';
  for (let start = 0, unit = 0; start < output.length; start += inner) {
    const number = numbers[unit] as number;
    for (let i = start; i < start + inner; i++) {
      const value = values[i] as number;
      output[i] = multiplies ? value * number : value - number;
    }
    unit = unit + 1 === numbers.length ? 0 : unit + 1;
  }
}
