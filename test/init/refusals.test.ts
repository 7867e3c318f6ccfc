import { initializers } from 'gradient-health';
import { describe, expect, test } from 'vitest';
import { family } from './family.js';

const { chrono, deltaOrthogonal, dirac, fixup, forgetBias, heNormal, identity, orthogonal, perGate, sparse } =
  initializers;

type Initializer = initializers.Initializer;
/** An initialiser with these options, and with those that it cannot do without. */
type Create = (options?: object) => Initializer;

const ofChrono: Create = (options) => chrono({ maxSteps: 10, ...options });
const ofFixup: Create = (options) => fixup({ branches: 4, ...options });
const ofSparse: Create = (options) => sparse({ sparsity: 0.5, ...options });
const chronoOfGru: Create = () => ofChrono({ cell: 'gru' });
const fourGates: Create = () => perGate(orthogonal(), { gates: 4 });

const ofKernels: [name: string, create: Create, shape: number[]][] = [
  ...Object.entries(family).map(([name, create]): [string, Create, number[]] => [name, create, [4, 4]]),
  ['fixup', ofFixup, [4, 4]],
  ['deltaOrthogonal', deltaOrthogonal, [3, 4, 4]],
  ['orthogonal', orthogonal, [4, 4]],
];
const unseeded: typeof ofKernels = [
  ['dirac', dirac, [3, 4, 4]],
  ['identity', identity, [4, 4]],
];
const withoutGain: typeof ofKernels = [
  ['chrono', ofChrono, [4]],
  ['sparse', ofSparse, [4, 4]],
];
const all = [...ofKernels, ...unseeded, ...withoutGain, ['forgetBias', forgetBias, [4]] as const];

test('no initialiser is left out here', () => {
  expect([...all.map(([name]) => name), 'perGate'].sort()).toEqual(Object.keys(initializers).sort());
});

describe('refused, by the name of the function:', () => {
  test.each([...ofKernels, ...unseeded])('a gain of %s that is no positive finite number', (name, create) => {
    for (const gain of [0, -1, Number.NaN, Infinity]) {
      expect(() => create({ gain })).toThrow(
        new RangeError(`${name}: gain must be a positive finite number, got ${gain}`),
      );
    }
  });

  test.each([...ofKernels, ...withoutGain])('a seed of %s that is no safe integer', (name, create) => {
    for (const seed of [0.5, 2 ** 53, Number.NaN, '1']) {
      expect(() => create({ seed })).toThrow(
        new RangeError(`${name}: seed must be a safe integer, got ${seed}`),
      );
    }
  });

  test.each(all)('weights of %s that are no float32', (name, create, shape) => {
    expect(() => create().apply([...shape], 'int32')).toThrow(
      new TypeError(`${name}: dtype must be float32, got int32`),
    );
    expect(create().apply([...shape]).shape).toEqual(shape);
  });

  test.each<[create: Create, shape: number[], message: string]>([
    [forgetBias, [2, 8], 'forgetBias: expected the bias [4 x units] of an LSTM'],
    [forgetBias, [8, 2], 'forgetBias: expected the bias [4 x units] of an LSTM'],
    [forgetBias, [6], 'forgetBias: expected the bias [4 x units] of an LSTM'],
    [ofChrono, [9], 'chrono: expected the bias [4 x units] of an LSTM'],
    [ofChrono, [2, 16], 'chrono: expected the bias [4 x units] of an LSTM'],
    [chronoOfGru, [10], 'chrono: expected the bias [3 x units] of a GRU'],
    [chronoOfGru, [3, 12], 'chrono: expected the bias [3 x units] of a GRU'],
    [chronoOfGru, [2, 1, 12], 'chrono: expected the bias [3 x units] of a GRU'],
    [orthogonal, [4], 'orthogonal: expected a kernel of rank 2 or more'],
    [deltaOrthogonal, [3, 3, 8, 4], 'deltaOrthogonal: expected a kernel [...k, in, out] with in <= out'],
    [deltaOrthogonal, [4, 8], 'deltaOrthogonal: expected a kernel [...k, in, out] with in <= out'],
    [dirac, [4, 4], 'dirac: expected a kernel [...k, in, out]'],
    [identity, [2, 8], 'identity: expected a square matrix'],
    [identity, [2, 2, 2], 'identity: expected a square matrix'],
    [ofSparse, [3, 3, 2, 2], 'sparse: expected a dense kernel [in, out]'],
    [fourGates, [], 'perGate: expected a last axis of 4 gates x units'],
    [fourGates, [2, 6], 'perGate: expected a last axis of 4 gates x units'],
    [fourGates, [3, 4, 2, 6], 'perGate: expected a last axis of 4 gates x units'],
  ])('weights of a shape that cannot be filled, %#', (create, shape, message) => {
    expect(() => create().apply(shape)).toThrow(RangeError);
    expect(() => create().apply(shape)).toThrow(`${message}, got shape [${shape.join(', ')}]`);
  });

  test.each([
    ['orthogonal', orthogonal, [4], "; use 'zeros' for biases"],
    ['dirac', dirac, [4, 4], '; use identity for matrices'],
    ['identity', identity, [2, 8], '; wrap it in perGate for fused gates, use dirac for convolutions'],
  ] as const)('with what to do instead, a shape that %s cannot fill', (_, create, shape, fix) => {
    expect(() => create().apply([...shape])).toThrow(`got shape [${shape.join(', ')}]${fix}`);
  });

  test.each([
    ['dense', [3, 4, 4], '2'],
    ['dense', [4], '2'],
    ['conv', [4, 4], '3 to 5'],
    ['conv', [1, 1, 1, 1, 4, 4], '3 to 5'],
    ['depthwise', [4, 4], '3 to 5'],
    ['depthwise', [1, 1, 1, 1, 4, 4], '3 to 5'],
    ['transposed', [8, 8], '3 to 5'],
    ['transposed', [1, 1, 1, 1, 4, 4], '3 to 5'],
    ['recurrent', [4], '2 to 5'],
    ['recurrent', [1, 1, 1, 1, 4, 4], '2 to 5'],
    ['embedding', [1, 4, 4], '2'],
    ['embedding', [4], '2'],
    [undefined, [1, 1, 1, 1, 4, 4], '2 to 5'],
  ] as const)('a kernel of kind %s of another rank, %j', (kind, shape, rank) => {
    const kernel = kind === undefined ? 'kernel' : `${kind} kernel`;
    const fix = shape.length < 2 ? "; use 'zeros' or 'ones' for biases and scales" : '';
    expect(() => heNormal(kind && { kind }).apply([...shape])).toThrow(
      new RangeError(
        `heNormal: expected a ${kernel} of rank ${rank}, which has fans, got shape [${shape.join(', ')}]${fix}`,
      ),
    );
  });

  test.each([
    [3, [8, 16]],
    [4, [3, 4, 6]],
  ])('%i gates that do not divide the last axis of %j', (gates, shape) => {
    expect(() => heNormal({ kind: 'recurrent', gates }).apply(shape)).toThrow(
      new RangeError(
        `heNormal: expected a last axis of ${gates} gates x units, got shape [${shape.join(', ')}]`,
      ),
    );
  });

  test.each([0, -1, 1.5, Number.NaN])('%d gates', (gates) => {
    expect(() => perGate(identity(), { gates })).toThrow(
      new RangeError(`perGate: gates must be a positive integer, got ${gates}`),
    );
    expect(() => heNormal({ kind: 'recurrent', gates })).toThrow(
      new RangeError(
        `heNormal: gates must be a positive integer, and 1 unless kind is 'recurrent', got ${gates}`,
      ),
    );
  });

  test.each([
    { minSteps: 20, maxSteps: 10 },
    { minSteps: 10, maxSteps: 10 },
    { minSteps: 1, maxSteps: 10 },
    { minSteps: 0.5, maxSteps: 10 },
    { minSteps: 2, maxSteps: Infinity },
    { minSteps: 2, maxSteps: Number.NaN },
  ])('times of chrono such as %j', (times) => {
    expect(() => chrono(times)).toThrow(
      new RangeError(
        `chrono: expected 1 < minSteps < maxSteps < Infinity, got minSteps ${times.minSteps} and maxSteps ${times.maxSteps}`,
      ),
    );
  });

  test.each([-0.1, 1.1, Number.NaN])('a sparsity of %d', (sparsity) => {
    expect(() => sparse({ sparsity })).toThrow(
      new RangeError(`sparse: sparsity must be a share from 0 to 1, got ${sparsity}`),
    );
  });

  test.each([
    ['a name', 'heNormal', 'string'],
    ['a function', Object.assign(() => {}, { apply: () => {} }), 'function'],
    ['nothing', undefined, 'undefined'],
    ['null', null, 'object'],
    ['a saved one', { className: 'Zeros' }, 'object'],
  ])('perGate of %s', (_, given, type) => {
    expect(() => perGate(given as unknown as Initializer, { gates: 4 })).toThrow(
      new TypeError(`perGate: initializer must be one such as heNormal(), got ${type}`),
    );
  });

  test.each<[string, () => unknown, string]>([
    [
      'a cell without gates',
      () => ofChrono({ cell: 'rnn' }),
      "chrono: cell must be 'lstm' or 'gru', got rnn",
    ],
    ['no value', () => forgetBias({ value: NaN }), 'forgetBias: value must be finite, got NaN'],
    [
      'no branches',
      () => ofFixup({ branches: 0 }),
      'fixup: branches must be a positive finite number, got 0',
    ],
    [
      'a single layer in a branch',
      () => ofFixup({ layersPerBranch: 1 }),
      'fixup: layersPerBranch must be an integer of 2 or more, got 1',
    ],
    ['std', () => ofSparse({ std: 0 }), 'sparse: std must be a positive finite number, got 0'],
    [
      'an unknown mode',
      () => (heNormal as Create)({ mode: 'fan_in' }),
      'heNormal: mode must be one of fanIn, fanOut, fanAvg, got fan_in',
    ],
    [
      'a kind without fans',
      () => (heNormal as Create)({ kind: 'vector' }),
      'heNormal: kind must be one of dense, conv, depthwise, transposed, recurrent, embedding, got vector',
    ],
    [
      'gates of no recurrent kernel',
      () => heNormal({ gates: 4 }),
      "heNormal: gates must be a positive integer, and 1 unless kind is 'recurrent', got 4",
    ],
  ])('%s', (_, misuse, message) => {
    expect(misuse).toThrow(new RangeError(message));
  });
});

describe('not refused:', () => {
  test('a sparsity of 0 or 1', () => {
    const zeros = (sparsity: number): number =>
      sparse({ sparsity, seed: 1 })
        .apply([4, 4])
        .dataSync()
        .filter((weight) => weight === 0).length;
    expect([zeros(0), zeros(1)]).toEqual([0, 16]);
  });

  test('a single gate', () => {
    expect([...perGate(identity(), { gates: 1 }).apply([2, 2]).dataSync()]).toEqual([1, 0, 0, 1]);
  });

  test('a kernel without taps', () => {
    expect(deltaOrthogonal().apply([0, 3, 4, 4]).size).toBe(0);
  });
});
