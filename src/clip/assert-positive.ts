/** A string looks like one: of '1' it is the type that is wrong. */
const shown = (value: unknown): string => (typeof value === 'string' ? `'${value}'` : String(value));

/** Refuses a limit that is not a positive number of float32, the precision it is compared in. */
export function assertPositive(parameter: string, value: number): void {
  const inFloat32 = Math.fround(value);
  if (!(Number.isFinite(value) && inFloat32 > 0 && inFloat32 < Infinity)) {
    throw new RangeError(`${parameter} must be a positive finite number, got ${shown(value)}`);
  }
}
