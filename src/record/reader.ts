/** Checks a value that came out of `JSON.parse`, revives the non-finite numbers in it and returns it. */
export type Reader<T> = (value: unknown) => T;

/** A number, or the name by which JSON carries a non-finite one. Only here may a string become a number. */
export const number: Reader<number> = (value) => {
  if (typeof value === 'number') return value;
  if (value === 'NaN') return Number.NaN;
  if (value === 'Infinity') return Number.POSITIVE_INFINITY;
  if (value === '-Infinity') return Number.NEGATIVE_INFINITY;
  throw mismatch('a number, "NaN", "Infinity" or "-Infinity"', value);
};

export const integer: Reader<number> = (value) => {
  if (typeof value === 'number' && Number.isInteger(value)) return value;
  throw mismatch('an integer', value);
};

export const boolean: Reader<boolean> = (value) => {
  if (typeof value === 'boolean') return value;
  throw mismatch('true or false', value);
};

export const string: Reader<string> = (value) => {
  if (typeof value === 'string') return value;
  throw mismatch('a string', value);
};

/** One of the keys of `names`: a record, so that the compiler sees to it that none is missing. */
export function oneOf<K extends string>(names: Readonly<Record<K, true>>): Reader<K> {
  const isName = (value: unknown): value is K => typeof value === 'string' && Object.hasOwn(names, value);
  return (value) => {
    if (isName(value)) return value;
    throw mismatch(`one of ${Object.keys(names).join(', ')}`, value);
  };
}

export function optional<T>(read: Reader<T>): Reader<T | undefined> {
  return (value) => (value === undefined ? undefined : read(value));
}

export function nullable<T>(read: Reader<T>): Reader<T | null> {
  return (value) => (value === null ? null : read(value));
}

/** The first reader for strings, the second for the rest. */
export function textOr<T>(read: Reader<T>): Reader<string | T> {
  return (value) => (typeof value === 'string' ? value : read(value));
}

export function list<T>(read: Reader<T>): Reader<readonly T[]> {
  return (value) => {
    if (!Array.isArray(value)) throw mismatch('an array', value);
    const items: unknown[] = value;
    let index = 0;
    try {
      for (; index < items.length; index++) items[index] = read(items[index]);
    } catch (error) {
      throw prefixed(`[${index}]`, error);
    }
    return value;
  };
}

/** An object with keys of any name. `JSON.parse` makes even `__proto__` a key of its own, so writing it back is safe. */
export function map<T>(read: Reader<T>): Reader<Readonly<Record<string, T>>> {
  return (value) => {
    if (!isObject(value)) throw mismatch('an object', value);
    let at = '';
    try {
      for (const key of Object.keys(value)) {
        at = key;
        revive(value, key, read);
      }
    } catch (error) {
      throw prefixed(`[${JSON.stringify(at)}]`, error);
    }
    return value as Record<string, T>;
  };
}

/** An object with the properties of T, each of which needs its reader; further properties are kept as they are. */
export function fields<T>(readers: { readonly [K in keyof T]-?: Reader<T[K]> }): Reader<T> {
  const keys = Object.keys(readers) as (string & keyof T)[];
  return (value) => {
    if (!isObject(value)) throw mismatch('an object', value);
    let at = '';
    try {
      for (const key of keys) {
        at = key;
        revive(value, key, readers[key]);
      }
    } catch (error) {
      throw prefixed(`.${at}`, error);
    }
    return value as T;
  };
}

/** Puts the place before an error's message, so that the whole reads `run.steps[3].loss must be ...`. */
export function prefixed(place: string, error: unknown): Error {
  if (error instanceof RangeError) return new RangeError(place + error.message);
  return error instanceof TypeError ? new TypeError(place + error.message) : new Error(String(error));
}

/** In place: a run may hold millions of numbers, of which hardly any change. */
function revive<T>(object: Record<string, unknown>, key: string, read: Reader<T>): void {
  const before = object[key];
  if (read === number && typeof before === 'number') return;
  const after = read(before);
  if (after !== before) object[key] = after;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function mismatch(expected: string, value: unknown): TypeError {
  const shown = textOf(value);
  return new TypeError(` must be ${expected}, got ${shown.length > 60 ? `${shown.slice(0, 60)}...` : shown}`);
}

function textOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return 'what is nested deeper than the stack';
  }
}
