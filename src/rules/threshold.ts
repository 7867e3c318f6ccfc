/** Throws unless a threshold, where one is given, is a positive finite number. */
export function checkThreshold(rule: string, option: string, value: number | undefined): void {
  if (value === undefined || (value > 0 && value < Number.POSITIVE_INFINITY)) return;
  throw new RangeError(`${rule}: ${option} must be a positive finite number, got ${value}`);
}

/** Throws unless a number of records is a positive integer. */
export function checkCount(rule: string, option: string, value: number): void {
  if (Number.isInteger(value) && value > 0) return;
  throw new RangeError(`${rule}: ${option} must be a positive integer, got ${value}`);
}
