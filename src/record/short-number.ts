/** Writes a number for a reader: three significant digits, or two and an exponent where it is very small or large. */
export function shortNumber(value: number): string {
  const size = Math.abs(value);
  if (!Number.isFinite(value) || Number.isInteger(value)) {
    return size < 1e6 || !Number.isFinite(value) ? String(value) : value.toExponential(1).replace('e+', 'e');
  }
  if (size >= 1e-3 && size < 1e6)
    return size < 1000 ? String(Number(value.toPrecision(3))) : value.toFixed(0);
  return value.toExponential(1).replace('e+', 'e');
}
