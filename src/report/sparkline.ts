const levels = '▁▂▃▄▅▆▇█';

/** The positive finite numbers from the first to the second, as decades show them: their logarithm counts. */
export type Span = readonly [low: number, high: number];

/** The smallest and the largest positive finite value; `null` where there is none. */
export function spanOf(values: readonly number[]): Span | null {
  let [low, high] = [Number.POSITIVE_INFINITY, 0];
  for (const value of values) {
    if (!(value > 0 && value < Number.POSITIVE_INFINITY)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return high > 0 ? [low, high] : null;
}

/**
 * One character for each value, its height on the logarithmic scale of `span`: a blank for zero, which has no logarithm, and
 * `!` for NaN and infinity. Where the span is one number, everything on it stands half high.
 */
export function sparkline(values: readonly number[], span: Span | null): string {
  const [low, high] = span ?? [1, 1];
  const top = levels.length - 1;
  return values
    .map((value) => {
      if (!Number.isFinite(value)) return '!';
      if (value <= 0) return ' ';
      const place = high > low ? Math.log(value / low) / Math.log(high / low) : 0.5;
      return levels[Math.round(Math.min(1, Math.max(0, place)) * top)];
    })
    .join('');
}
