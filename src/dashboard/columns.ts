/** Values by step, in a bounded number of columns of equal width. */
export interface Columns<T> {
  /** The value that collects this step; steps come in order, a later column makes room for itself. */
  at(step: number): T;
  /** Forgets what was collected from this step on; a column that begins before it goes as a whole. */
  dropFrom(step: number): void;
  /** Makes every column count as changed. */
  touch(): void;
  /** The columns from the first that changed since then, in order. */
  tail(since: number): ColumnTail<T>;
}

export interface ColumnTail<T> {
  /** Index of the first: as many stand as they were. */
  readonly from: number;
  /** Steps that each column covers: a power of two. */
  readonly width: number;
  /** First step of each column that collected anything, and its value. */
  readonly columns: readonly (readonly [start: number, value: T])[];
}

export interface ColumnOptions<T> {
  /** Most columns. */
  readonly limit: number;
  /** Makes the value of a new column. */
  empty(): T;
  /** Adds the second value to the first. */
  merge(into: T, from: T): void;
  /** Now, on the clock of {@link Columns.tail}. */
  now(): number;
}

/**
 * Collects values by step while neither their number nor the last step is known: when there are too many columns, each two
 * neighbours become one. A log of any length then fits a picture of fixed width, and can be followed as it grows.
 */
export function createColumns<T>({ limit, empty, merge, now }: ColumnOptions<T>): Columns<T> {
  interface Column {
    readonly value: T;
    changed: number;
  }
  let width = 1;
  let columns = new Map<number, Column>();

  const indexOf = (step: number): number => Math.floor(step / width);

  function touch(): void {
    for (const column of columns.values()) column.changed = now();
  }
  function coarsen(): void {
    width *= 2;
    const wider = new Map<number, Column>();
    for (const [index, column] of columns) {
      const into = wider.get(Math.floor(index / 2));
      if (into === undefined) wider.set(Math.floor(index / 2), column);
      else merge(into.value, column.value);
    }
    columns = wider;
    touch();
  }

  return {
    at(step) {
      // By their span, not their number: where steps are missing, the gap keeps its place.
      while (indexOf(step) - (columns.keys().next().value ?? indexOf(step)) >= limit) coarsen();
      const index = indexOf(step);
      const known = columns.get(index);
      if (known !== undefined) {
        known.changed = now();
        return known.value;
      }
      const made = { value: empty(), changed: now() };
      columns.set(index, made);
      return made.value;
    },
    dropFrom(step) {
      for (const index of columns.keys()) if ((index + 1) * width > step) columns.delete(index);
    },
    touch,
    tail(since) {
      const all = [...columns];
      // Only the last columns change, or all.
      let from = all.length;
      while ((all[from - 1]?.[1].changed ?? since) > since) from--;
      return {
        from,
        width,
        columns: all.slice(from).map(([index, { value }]) => [index * width, value] as const),
      };
    },
  };
}
