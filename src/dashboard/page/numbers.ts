const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** `-8` reads `10⁻⁸`. */
export function power(exponent: number): string {
  const digits = Array.from(String(Math.abs(Math.round(exponent))), (digit) => superscripts[Number(digit)]);
  return `10${exponent < 0 ? '⁻' : ''}${digits.join('')}`;
}

/** A number known by its log10, with two digits: `3.1 × 10⁻⁹`, or plainly where it is of everyday size. */
export function fromLog(log: number): string {
  if (log >= -2 && log < 4) return plain(10 ** log);
  return scientific(log);
}

/** A number of everyday size with three digits. */
export function plain(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e6))
    return `${value < 0 ? '−' : ''}${scientific(Math.log10(size))}`;
  return String(Number(value.toPrecision(3))).replace('-', '−');
}

/** How many times, in words that stay short: `28 million times`. */
export function times(log: number): string {
  const factor = 10 ** Math.abs(log);
  if (factor < 1.15) return 'about once';
  if (factor < 1e3) return `${Number(factor.toPrecision(2))} times`;
  if (factor < 1e6) return `${Number((factor / 1e3).toPrecision(2))} thousand times`;
  if (factor < 1e9) return `${Number((factor / 1e6).toPrecision(2))} million times`;
  return `${power(Math.round(Math.abs(log)))} times`;
}

export function percent(share: number): string {
  if (share > 0 && share < 0.001) return 'under 0.1 %';
  return `${Number((100 * share).toPrecision(share < 0.1 ? 2 : 3))} %`;
}

export function quantile(values: readonly number[], q: number): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.round(q * (sorted.length - 1))];
}

function scientific(log: number): string {
  // Rounded first: 9.96 must not read 10.0 × 10⁻⁹.
  const rounded = Number((10 ** (log - Math.floor(log))).toFixed(1));
  const [mantissa, exponent] = rounded >= 10 ? [1, Math.floor(log) + 1] : [rounded, Math.floor(log)];
  return `${mantissa.toFixed(1)} × ${power(exponent)}`;
}

/** The last number of a line, where it has one. */
export function lastOf(line: readonly (number | null | undefined)[]): number | undefined {
  for (let index = line.length - 1; index >= 0; index--) {
    const value = line[index];
    if (value !== null && value !== undefined) return value;
  }
  return undefined;
}
