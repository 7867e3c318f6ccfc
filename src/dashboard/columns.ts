/** Values by step, in a bounded number of columns of equal width. */
export interface Columns<T> {
  /** The value that collects this step; steps come in order, a later column makes room for itself. */
  at(step: number): T;
  /** Forgets what was collected from this step on; a column that begins before it goes as a whole. */
  dropFrom(step: number): void;
  /** Steps that each column covers: a power of two. */
  readonly width: number;
  /** First step of each column that collected anything, and its value, in order. */
  entries(): readonly (readonly [start: number, value: T])[];
}

/**
 * Collects values by step while neither their number nor the last step is known: when there are too many columns, each two
 * neighbours become one. A log of any length then fits a picture of fixed width, and can be followed as it grows.
 *
 * @param limit - Most columns.
 * @param empty - Makes the value of a new column.
 * @param merge - Adds the second value to the first.
 */
export function createColumns<T>(
  limit: number,
  empty: () => T,
  merge: (into: T, from: T) => void,
): Columns<T> {
  let width = 1;
  let columns = new Map<number, T>();

  const indexOf = (step: number): number => Math.floor(step / width);

  function coarsen(): void {
    width *= 2;
    const wider = new Map<number, T>();
    for (const [index, value] of columns) {
      const into = wider.get(Math.floor(index / 2));
      if (into === undefined) wider.set(Math.floor(index / 2), value);
      else merge(into, value);
    }
    columns = wider;
  }

  return {
    at(step) {
      // By their span, not their number: where steps are missing, the gap keeps its place.
      while (indexOf(step) - (columns.keys().next().value ?? indexOf(step)) >= limit) coarsen();
      const index = indexOf(step);
      const known = columns.get(index);
      if (known !== undefined) return known;
      const made = empty();
      columns.set(index, made);
      return made;
    },
    dropFrom(step) {
      for (const index of columns.keys()) if ((index + 1) * width > step) columns.delete(index);
    },
    get width() {
      return width;
    },
    entries: () => [...columns].map(([index, value]) => [index * width, value] as const),
  };
}
