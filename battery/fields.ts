/** What the value of a field must be. */
export interface Check {
  /** Completes "must be ...". */
  readonly expects: string;
  readonly holds: (value: unknown) => boolean;
  readonly optional?: true;
}

/** Every field that an object may have. */
export type Fields<Shape = Readonly<Record<string, unknown>>> = { readonly [Key in keyof Shape]-?: Check };

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const count: Check = {
  expects: 'a positive integer',
  holds: (value) => Number.isSafeInteger(value) && (value as number) > 0,
};
export const integer: Check = { expects: 'an integer', holds: Number.isSafeInteger };
export const number: Check = { expects: 'a number', holds: isNumber };
export const positive: Check = {
  expects: 'a number of at least 0',
  holds: (value) => isNumber(value) && value >= 0,
};
export const share: Check = {
  expects: 'a number from 0 to 1',
  holds: (value) => isNumber(value) && value >= 0 && value <= 1,
};
export const text: Check = { expects: 'a string', holds: (value) => typeof value === 'string' };
export const flag: Check = { expects: 'true or false', holds: (value) => typeof value === 'boolean' };
export const object: Check = { expects: 'an object', holds: isObject };
export const list: Check = {
  expects: 'a list that is not empty',
  holds: (v) => Array.isArray(v) && v.length > 0,
};
export const texts: Check = {
  expects: 'a list of strings',
  holds: (value) => Array.isArray(value) && value.every(text.holds),
};
export const oneOf = (...names: readonly string[]): Check => ({
  expects: names.map((name) => JSON.stringify(name)).join(' or '),
  holds: (value) => typeof value === 'string' && names.includes(value),
});
export const either = (a: Check, b: Check): Check => ({
  expects: `${a.expects} or ${b.expects}`,
  holds: (value) => a.holds(value) || b.holds(value),
});
export const optional = (check: Check): Check => ({ ...check, optional: true });

/**
 * Checks an object against its fields.
 *
 * @param where - Names the object in errors: the program and the place in it.
 * @throws RangeError naming the first field that is unknown, missing or wrong.
 */
export function checkFields<Shape>(
  value: unknown,
  fields: Fields<Shape>,
  where: string,
): asserts value is Shape {
  if (!isObject(value)) throw new RangeError(`${where} must be an object, got ${show(value)}`);
  for (const name of Object.keys(value)) {
    if (!Object.hasOwn(fields, name)) {
      throw new RangeError(
        `${where}: unknown field "${name}"; it may have ${Object.keys(fields).join(', ')}`,
      );
    }
  }
  for (const [name, check] of Object.entries<Check>(fields)) {
    const got = value[name];
    if (got === undefined && check.optional) continue;
    if (!check.holds(got))
      throw new RangeError(`${where}: ${name} must be ${check.expects}, got ${show(got)}`);
  }
}

function show(value: unknown): string {
  const json = JSON.stringify(value) ?? 'nothing';
  return json.length <= 80 ? json : `${json.slice(0, 77)}...`;
}
