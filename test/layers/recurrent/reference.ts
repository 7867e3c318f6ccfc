/** The equations of a cell over a sequence in float64, written as they stand in the literature: slow and plain. */
export interface Problem {
  readonly cell: 'lstm' | 'gru';
  readonly resetAfter: boolean;
  readonly batch: number;
  readonly time: number;
  readonly inputs: number;
  readonly units: number;
  /** [batch][time]; 0 where a step is not taken. */
  readonly mask?: readonly (readonly number[])[];
}

export interface Weights {
  readonly x: Float64Array;
  readonly kernel: Float64Array;
  readonly recurrentKernel: Float64Array;
  readonly bias: Float64Array;
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** The hidden states [batch, time, units]. */
export function reference(problem: Problem, weights: Weights): Float64Array {
  const { batch, time, units } = problem;
  const outputs = new Float64Array(batch * time * units);
  for (let sample = 0; sample < batch; sample++) {
    let h = new Float64Array(units);
    let c = new Float64Array(units);
    for (let t = 0; t < time; t++) {
      if (problem.mask?.[sample]?.[t] !== 0) {
        const step = problem.cell === 'lstm' ? lstm : gru;
        [h, c] = step(problem, weights, sample * time + t, h, c);
      }
      outputs.set(h, (sample * time + t) * units);
    }
  }
  return outputs;
}

type States = [Float64Array<ArrayBuffer>, Float64Array<ArrayBuffer>];

/** What the input, or the state, says to a unit of a gate. */
function says(
  weight: Float64Array,
  from: ArrayLike<number>,
  offset: number,
  count: number,
  column: number,
  columns: number,
) {
  let sum = 0;
  for (let index = 0; index < count; index++)
    sum += from[offset + index]! * weight[index * columns + column]!;
  return sum;
}

function lstm(
  { inputs, units }: Problem,
  { x, kernel, recurrentKernel, bias }: Weights,
  row: number,
  h: Float64Array,
  c: Float64Array,
): States {
  const columns = 4 * units;
  const z = (gate: number, unit: number): number => {
    const column = gate * units + unit;
    return (
      says(kernel, x, row * inputs, inputs, column, columns) +
      says(recurrentKernel, h, 0, units, column, columns) +
      bias[column]!
    );
  };
  const memory = c.map(
    (before, unit) => sigmoid(z(1, unit)) * before + sigmoid(z(0, unit)) * Math.tanh(z(2, unit)),
  );
  return [
    new Float64Array(memory.map((value, unit) => sigmoid(z(3, unit)) * Math.tanh(value))),
    new Float64Array(memory),
  ];
}

function gru(
  { inputs, units, resetAfter }: Problem,
  { x, kernel, recurrentKernel, bias }: Weights,
  row: number,
  h: Float64Array,
  c: Float64Array,
): States {
  const columns = 3 * units;
  const ofInput = (gate: number, unit: number): number =>
    says(kernel, x, row * inputs, inputs, gate * units + unit, columns) + bias[gate * units + unit]!;
  const ofState = (gate: number, unit: number, from: Float64Array): number =>
    says(recurrentKernel, from, 0, units, gate * units + unit, columns) +
    (resetAfter ? bias[columns + gate * units + unit]! : 0);
  const z = h.map((_, unit) => sigmoid(ofInput(0, unit) + ofState(0, unit, h)));
  const r = h.map((_, unit) => sigmoid(ofInput(1, unit) + ofState(1, unit, h)));
  const reset = h.map((value, unit) => r[unit]! * value);
  const next = h.map((before, unit) => {
    const said = resetAfter ? r[unit]! * ofState(2, unit, h) : ofState(2, unit, reset);
    return z[unit]! * before + (1 - z[unit]!) * Math.tanh(ofInput(2, unit) + said);
  });
  return [new Float64Array(next), new Float64Array(c)];
}
