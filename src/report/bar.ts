/** A bar for a place on a scale from 0 to 1: at least one block for whatever is on it, none for what is not. */
export function bar(level: number | null, width: number): string {
  return level === null ? '' : '█'.repeat(1 + Math.round(level * (width - 1)));
}
