import { type Fields, number, optional, share } from '../fields.js';
import { digits } from './digits.js';
import { friedman } from './friedman.js';
import { functionOfX } from './function.js';
import { inline } from './inline.js';
import { blobs, circles, moons, spirals, xor } from './points.js';
import { type Kind, type Rows, type Scale, sliceRows } from './rows.js';
import { adding, copy } from './sequences.js';
import { type Spoil, spoilRows } from './spoil.js';

/** Every value of `data.kind`. */
export const kinds: Readonly<Record<string, Kind>> = {
  adding,
  blobs,
  circles,
  copy,
  digits,
  friedman,
  function: functionOfX,
  inline,
  moons,
  spirals,
  xor,
};

/** Fields of data of every kind. */
export const spoilFields: Fields<Spoil> = {
  scaleInputs: optional(number),
  scaleTargets: optional(number),
  missing: optional(share),
};

/** The data of a program: what trains, what is held out. */
export interface Data {
  readonly training: Rows;
  readonly heldOut: Rows | null;
  readonly targetScale?: Scale;
}

/** Describes data of one kind; which further fields there are depends on it. */
export interface DataDescription extends Spoil {
  readonly kind: string;
  readonly train?: number;
}

/** Makes the data: the first `train` rows train, the rest are held out. */
export function makeData({
  scaleInputs = 1,
  scaleTargets = 1,
  missing = 0,
  ...description
}: DataDescription): Data {
  const { rows, heldOut = null, targetScale } = kinds[description.kind]!.generate(description);
  const { train = rows.count } = description;
  if (train > rows.count) throw new RangeError(`train must be at most the ${rows.count} rows, got ${train}`);
  const kept = train === rows.count ? heldOut : sliceRows(rows, train, rows.count);
  return {
    training: spoilRows(sliceRows(rows, 0, train), { scaleInputs, scaleTargets, missing }),
    heldOut: kept && spoilRows(kept, { scaleInputs, scaleTargets }),
    ...(targetScale && { targetScale: { ...targetScale, std: targetScale.std / scaleTargets } }),
  };
}
