import type { Rows } from './rows.js';

/** What may be wrong with data of every kind. */
export interface Spoil {
  /** Factor of the inputs; 255 makes bytes of pixels. */
  readonly scaleInputs?: number;
  /** Factor of targets that are values, and so of the scale of a goal; standardised ones are judged as before. */
  readonly scaleTargets?: number;
  /** Share of the training rows, spread evenly, whose last input is NaN. */
  readonly missing?: number;
}

/** The rows with these faults. */
export function spoilRows(rows: Rows, { scaleInputs = 1, scaleTargets = 1, missing = 0 }: Spoil): Rows {
  const x = rows.x.map((value) => value * scaleInputs);
  const width = x.length / rows.count;
  for (let row = 1; row <= rows.count; row++) {
    if (Math.floor(row * missing) > Math.floor((row - 1) * missing)) x[row * width - 1] = Number.NaN;
  }
  // A class is a name, which has no scale.
  const y = rows.classes === undefined ? rows.y.map((value) => value * scaleTargets) : rows.y;
  return { ...rows, x, y };
}
