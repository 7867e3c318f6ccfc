/** A formula of one number; `N` draws from the standard normal distribution each time it is met. */
export type Expression = (x: number, normal: () => number) => number;

const functions: Readonly<Record<string, (value: number) => number>> = {
  abs: Math.abs,
  cos: Math.cos,
  exp: Math.exp,
  log: Math.log,
  sign: Math.sign,
  sin: Math.sin,
  sqrt: Math.sqrt,
  tanh: Math.tanh,
};

const tokens = /\s*(?:(\d+\.?\d*(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?)|([a-z]\w*)|(.))/giy;

/**
 * Reads `5*x^2 + N^3`: numbers, `x`, `N`, `pi`, + - * / ^ (from the right, above the sign), parentheses and the functions above.
 *
 * @throws RangeError naming what it cannot read.
 */
export function parseExpression(source: string): Expression {
  const words = [...source.trimEnd().matchAll(tokens)].map((match) => match[0].trim());
  let at = 0;
  const fail = (): never => {
    throw new RangeError(`cannot read "${words[at] ?? 'the end'}" in the expression "${source}"`);
  };
  const take = (...expected: readonly string[]): string | undefined => {
    const word = words[at];
    return word !== undefined && expected.includes(word) ? words[at++] : undefined;
  };

  const sum = (): Expression => {
    let left = product();
    for (let sign = take('+', '-'); sign; sign = take('+', '-')) {
      const [a, b, factor] = [left, product(), sign === '+' ? 1 : -1];
      left = (x, normal) => a(x, normal) + factor * b(x, normal);
    }
    return left;
  };
  const product = (): Expression => {
    let left = signed();
    for (let sign = take('*', '/'); sign; sign = take('*', '/')) {
      const [a, b, over] = [left, signed(), sign === '/'];
      left = (x, normal) => (over ? a(x, normal) / b(x, normal) : a(x, normal) * b(x, normal));
    }
    return left;
  };
  const signed = (): Expression => {
    if (take('+')) return signed();
    if (!take('-')) return power();
    const value = signed();
    return (x, normal) => -value(x, normal);
  };
  const power = (): Expression => {
    const base = atom();
    if (!take('^')) return base;
    const exponent = signed();
    return (x, normal) => base(x, normal) ** exponent(x, normal);
  };
  const atom = (): Expression => {
    const word = words[at] ?? fail();
    if (take('(')) {
      const inner = sum();
      return take(')') ? inner : fail();
    }
    if (/^[\d.]/.test(word)) {
      at++;
      return () => Number(word);
    }
    if (take('x')) return (x) => x;
    if (take('N')) return (_, normal) => normal();
    if (take('pi')) return () => Math.PI;
    const applied = Object.hasOwn(functions, word) ? functions[word] : undefined;
    if (applied === undefined) return fail();
    at++;
    if (words[at] !== '(') return fail();
    const argument = atom();
    return (x, normal) => applied(argument(x, normal));
  };

  const whole = sum();
  return at === words.length ? whole : fail();
}
