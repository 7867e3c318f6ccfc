/** Values of a whole run so far, evenly spaced and never more than asked for. */
export interface RunSketch<Value> {
  add(value: () => Value): void;
  readonly values: readonly Value[];
}

/**
 * Keeps every value until there are `most`, then every second, fourth and so on: a run of any length in the same memory.
 * What is not kept is not computed.
 */
export function createRunSketch<Value>(most: number): RunSketch<Value> {
  let values: Value[] = [];
  let stride = 1;
  let seen = 0;
  return {
    get values() {
      return values;
    },
    add(value) {
      if (seen++ % stride !== 0) return;
      if (values.length === most) {
        values = values.filter((_, index) => index % 2 === 0);
        stride *= 2;
        // Of an odd number, the newest is off the wider grid.
        if ((seen - 1) % stride !== 0) return;
      }
      values.push(value());
    },
  };
}
