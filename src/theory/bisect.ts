/** A root of f between two points where its signs differ, to the last digit but a few. */
export function bisect(f: (x: number) => number, low: number, high: number): number {
  const signAtLow = Math.sign(f(low));
  let [from, to] = [low, high];
  for (let step = 0; step < 100; step++) {
    const middle = (from + to) / 2;
    if (middle <= Math.min(from, to) || middle >= Math.max(from, to)) break;
    if (Math.sign(f(middle)) === signAtLow) from = middle;
    else to = middle;
  }
  return (from + to) / 2;
}
