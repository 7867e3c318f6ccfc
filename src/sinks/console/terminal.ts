/** A colour of text, by its code in a terminal. */
export type Paint = (text: string, color: keyof typeof colors) => string;

const colors = { red: 31, yellow: 33, cyan: 36, dim: 2 } as const;

interface Surroundings {
  readonly process?: {
    readonly env?: Readonly<Record<string, string | undefined>>;
    readonly stdout?: { readonly isTTY?: boolean };
    readonly stderr?: { readonly isTTY?: boolean };
  };
}

/** Where lines go: someone at a terminal, or a log, a pipe, a build server, the console of a browser. */
export interface Terminal {
  /** Whether someone watches: a table may take many lines. */
  readonly isWatched: boolean;
  /** Whether colour may be used on the standard output, and on the standard error. */
  readonly hasColor: { readonly log: boolean; readonly warn: boolean };
}

/** Asks the process. Colour: only on a terminal that is not dumb, and where `NO_COLOR` is unset or empty (no-color.org). */
export function terminal(): Terminal {
  const { process } = globalThis as Surroundings;
  const { CI = '', NO_COLOR = '', TERM = '' } = process?.env ?? {};
  const [log, warn] = [process?.stdout?.isTTY === true, process?.stderr?.isTTY === true];
  const mayColor = NO_COLOR === '' && TERM !== 'dumb';
  return { isWatched: log && CI === '', hasColor: { log: log && mayColor, warn: warn && mayColor } };
}

/** Text in colour, or as it is. */
export function paintIf(colored: boolean): Paint {
  return (text, color) => (colored && text !== '' ? `\u001b[${colors[color]}m${text}\u001b[0m` : text);
}
