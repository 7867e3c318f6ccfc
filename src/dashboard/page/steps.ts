import type { Picture } from '../picture.js';

/** The columns of a chart along the training steps. */
export interface Steps {
  readonly columns: readonly number[];
  readonly columnWidth: number;
}

/** Middle of each column, where its line goes. */
export function middles({ columns, columnWidth }: Steps): number[] {
  return columns.map((start) => start + (columnWidth - 1) / 2);
}

/** `step 12`, or `steps 128 to 255`. */
export function stepText({ columns, columnWidth }: Steps, column: number): string {
  const start = columns[column] ?? 0;
  return columnWidth === 1 ? `step ${start}` : `steps ${start} to ${start + columnWidth - 1}`;
}

/** From the first step to behind the last. */
export function stepDomain({ columns, lastStep }: Picture): [number, number] {
  return [columns[0] ?? 0, lastStep + 1];
}

/** The column of each slot of a raster with no gap: where no step was recorded, the one before stands. */
export function slots({ columns, columnWidth }: Steps, end: number): number[] {
  const [first] = columns;
  if (first === undefined) return [];
  const count = Math.max(1, Math.ceil((end - first) / columnWidth));
  let column = 0;
  return Array.from({ length: count }, (_, slot) => {
    while ((columns[column + 1] ?? Number.POSITIVE_INFINITY) <= first + slot * columnWidth) column++;
    return column;
  });
}

/** Indices of at most `most` columns, evenly spaced, the last among them: as many as a table has room for. */
export function sampled(count: number, most: number): number[] {
  if (count <= most) return Array.from({ length: count }, (_, index) => index);
  return Array.from({ length: most }, (_, index) => Math.round((index * (count - 1)) / (most - 1)));
}

/** From the first slot to the end of the last, which may reach behind the last step. */
export function slotDomain({ columns, columnWidth }: Steps, slots: readonly number[]): [number, number] {
  const first = columns[0] ?? 0;
  return [first, first + slots.length * columnWidth];
}
