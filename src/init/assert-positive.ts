/** Throws unless an option is a positive finite number. */
export function assertPositive(name: string, option: string, value: number): void {
  if (!(value > 0 && value < Infinity)) {
    throw new RangeError(`${name}: ${option} must be a positive finite number, got ${value}`);
  }
}
