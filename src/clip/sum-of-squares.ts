/**
 * Sums squares in float64, where the square of any float32 is a normal number: the sum is finite if and only if every
 * value is.
 */
export function sumOfSquares(values: Float32Array): number {
  // Four sums side by side: an addition need not wait for the one before it.
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  const fours = values.length - (values.length % 4);
  for (let i = 0; i < fours; i += 4) {
    const v0 = values[i] ?? 0;
    const v1 = values[i + 1] ?? 0;
    const v2 = values[i + 2] ?? 0;
    const v3 = values[i + 3] ?? 0;
    a += v0 * v0;
    b += v1 * v1;
    c += v2 * v2;
    d += v3 * v3;
  }
  for (let i = fours; i < values.length; i++) {
    const value = values[i] ?? 0;
    a += value * value;
  }
  return a + b + c + d;
}
