import { defineHostKernel, type RunHostKernel } from './host-kernel.js';

/** Larger elements enter the mean square as this, whose square is a float32. */
export const largestRemembered: number = 1e18;
const mostRemembered = largestRemembered ** 2;

type NoAttributes = Readonly<Record<string, never>>;

const none = new Float32Array(0);

/** What {@link hostLook} finds in a gradient without spikes whose squares can be remembered as they are. */
const plain = 1;

/** {@link plain}, or NaN where an element is not finite. Inputs: gradient, squares, factor. */
export const hostLook: RunHostKernel<NoAttributes> = defineHostKernel({
  name: 'GradientHealthLookForSpikes',
  compute(output, [values = none, squares = none, [factor = 0] = none]) {
    const perSquare = factor * factor;
    output[0] = plain;
    for (let i = usual(values, squares, perSquare); i < values.length; i++) {
      const own = (values[i] as number) ** 2;
      const cap = (squares[i] as number) * perSquare;
      if (own <= cap && own <= mostRemembered) continue;
      if (!(own < Infinity)) {
        output[0] = Number.NaN;
        return;
      }
      if (cap > 0 || own > mostRemembered) output[0] = 0;
    }
  },
});

/**
 * How many elements from the first are within their limits and can be remembered as they are, up to three fewer. Side by side,
 * elements need not wait for one another: this takes half the time.
 */
function usual(values: Float32Array, squares: Float32Array, perSquare: number): number {
  let i = 0;
  for (; i + 4 <= values.length; i += 4) {
    const a = values[i] as number;
    const b = values[i + 1] as number;
    const c = values[i + 2] as number;
    const d = values[i + 3] as number;
    const within =
      a * a <= (squares[i] as number) * perSquare &&
      b * b <= (squares[i + 1] as number) * perSquare &&
      c * c <= (squares[i + 2] as number) * perSquare &&
      d * d <= (squares[i + 3] as number) * perSquare &&
      a * a + b * b + c * c + d * d <= mostRemembered;
    if (!within) break;
  }
  return i;
}

/** The gradient within its limits. Inputs: gradient, squares, factor, what {@link hostLook} found. */
export const hostLimit: RunHostKernel<NoAttributes> = defineHostKernel({
  name: 'GradientHealthLimitBySquares',
  isIdentity: ([, , , seen]) => seen?.[0] === plain,
  compute(output, [values = output, squares = output, [factor = 0] = output]) {
    const perSquare = factor * factor;
    for (let i = 0; i < output.length; i++) {
      const value = values[i] as number;
      // Squared, in float64, where it cannot overflow: a root only for what is limited.
      const cap = (squares[i] as number) * perSquare;
      output[i] = value * value > cap && cap > 0 ? Math.sign(value) * Math.sqrt(cap) : value;
    }
  },
});

/** The next squares. Inputs: squares, limited gradient, weight, what {@link hostLook} found. */
export const hostAverage: RunHostKernel<NoAttributes> = defineHostKernel({
  name: 'GradientHealthAverageOfSquares',
  isIdentity: ([, , weight]) => weight?.[0] === 0,
  compute(output, [squares = output, values = output, [weight = 0] = output, [seen] = output]) {
    for (let i = seen === plain ? averageFours(output, squares, values, weight) : 0; i < output.length; i++) {
      const square = squares[i] as number;
      const value = values[i] as number;
      const own = value * value;
      const remembered = own <= mostRemembered ? own : own < Infinity ? mostRemembered : 0;
      output[i] = square + (remembered - square) * weight;
    }
  },
});

/** As far as elements come in fours, all with squares to be remembered as they are; returns how far. */
function averageFours(
  output: Float32Array,
  squares: Float32Array,
  values: Float32Array,
  weight: number,
): number {
  let i = 0;
  for (; i + 4 <= output.length; i += 4) {
    const a = values[i] as number;
    const b = values[i + 1] as number;
    const c = values[i + 2] as number;
    const d = values[i + 3] as number;
    const ofA = squares[i] as number;
    const ofB = squares[i + 1] as number;
    const ofC = squares[i + 2] as number;
    const ofD = squares[i + 3] as number;
    output[i] = ofA + (a * a - ofA) * weight;
    output[i + 1] = ofB + (b * b - ofB) * weight;
    output[i + 2] = ofC + (c * c - ofC) * weight;
    output[i + 3] = ofD + (d * d - ofD) * weight;
  }
  return i;
}
