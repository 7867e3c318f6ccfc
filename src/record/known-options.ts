/**
 * Refuses options that are no object, and names that are not among the known: misspelt, an option is as good as not given.
 *
 * @param caller - The function they were given to.
 */
export function assertKnownOptions<Options extends object>(
  caller: string,
  options: Options,
  known: readonly (keyof Options & string)[],
): void {
  const given: unknown = options;
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    const got =
      given === null ? 'null' : Array.isArray(given) ? 'an array' : `${typeof given} ${String(given)}`;
    throw new TypeError(`${caller}: options must be an object such as { ${known[0]}: ... }, got ${got}`);
  }
  const names: readonly string[] = known;
  const unknown = Object.keys(options).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new TypeError(`${caller}: there is no option ${unknown}, only ${known.join(', ')}`);
  }
}
