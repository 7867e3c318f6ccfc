import fc from 'fast-check';
import type { Finding } from '../../src/record/finding.js';
import type { Run, StepRecord, TensorStats } from '../../src/record/run.js';

/** Names that trip over careless JSON: words for numbers, keys of Object.prototype, controls, lone surrogates. */
const name = fc.oneof(
  fc.constantFrom(
    'NaN',
    'Infinity',
    '-Infinity',
    '__proto__',
    'constructor',
    'toString',
    'a/b',
    '',
    '\u0000',
    '\n',
  ),
  fc.string(),
);
// -0 is written as 0, so it is left out here.
const number = fc.oneof(
  fc.constantFrom(Number.NaN, Infinity, -Infinity, 0, 5e-324, 1.7976931348623157e308),
  fc.double().filter((value) => !Object.is(value, -0)),
);
const keyed = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<Record<string, T>> =>
  fc.uniqueArray(fc.tuple(name, value), { selector: ([key]) => key, maxLength: 4 }).map(Object.fromEntries);

const bins = fc.array(fc.tuple(fc.nat(1023), fc.nat()), { maxLength: 3 });
const histogram = fc.record({ bins });
const numbers = {
  size: number,
  norm: number,
  mean: number,
  std: number,
  absMean: number,
  min: number,
  max: number,
  zeros: number,
  nans: number,
  infs: number,
};
const tensorStats: fc.Arbitrary<TensorStats> = fc.oneof(
  fc.record(numbers),
  fc.record({ ...numbers, histogram }),
);
const gate = fc.record({ mean: number, saturatedShare: number });

export const stepRecord: fc.Arbitrary<StepRecord> = fc.record(
  {
    step: fc.nat(1e6),
    wallTimeMs: number,
    loss: fc.option(number),
    learningRate: fc.option(number),
    globalNorm: number,
    variables: keyed(
      fc.record({
        gradient: fc.option(tensorStats),
        weightNorm: number,
        updateNorm: number,
        updateRatio: number,
      }),
    ),
    clip: fc.record({
      name,
      normAfter: number,
      fired: fc.boolean(),
      accepted: fc.boolean(),
      cosine: number,
    }),
    layers: keyed(
      fc.record(
        {
          output: tensorStats,
          outputGradient: fc.option(tensorStats),
          deadShare: number,
          saturatedShare: number,
        },
        { requiredKeys: ['output', 'outputGradient'] },
      ),
    ),
    throughTime: keyed(
      fc.record(
        {
          hiddenGradientNorms: fc.array(number, { maxLength: 3 }),
          cellGradientNorms: fc.array(number, { maxLength: 3 }),
          gates: keyed(gate),
        },
        { requiredKeys: ['hiddenGradientNorms'] },
      ),
    ),
  },
  { requiredKeys: ['step', 'wallTimeMs', 'loss', 'learningRate', 'globalNorm', 'variables'] },
);

const layerFacts = fc.record(
  {
    path: name,
    className: name,
    depth: fc.nat(),
    inbound: fc.array(name, { maxLength: 2 }),
    isOutput: fc.boolean(),
    activation: name,
    initializers: keyed(name),
    regularizers: keyed(name),
    constraints: keyed(name),
    config: keyed(fc.oneof(number, fc.boolean())),
    weights: keyed(fc.array(fc.nat(), { maxLength: 3 })),
  },
  { requiredKeys: ['path', 'className', 'depth', 'inbound', 'isOutput'] },
);

const facts = {
  schema: fc.constant(1 as const),
  model: fc.option(
    fc.record({
      layers: fc.array(layerFacts, { maxLength: 3 }),
      loss: fc.oneof(name, fc.array(name, { maxLength: 2 })),
      optimizer: fc.record({ className: name, config: keyed(number) }),
    }),
  ),
  backend: fc.option(
    fc.record(
      {
        name,
        epsilon: number,
        floatPrecision: fc.constantFrom(16 as const, 32 as const),
        smallestNormal: number,
        recommendedEpsilon: number,
        missingKernels: fc.array(name, { maxLength: 2 }),
        wrongKernels: fc.array(name, { maxLength: 2 }),
      },
      { requiredKeys: ['name', 'epsilon'] },
    ),
  ),
  data: fc.option(
    fc.record({ input: tensorStats, target: tensorStats, batchSize: fc.nat() }, { requiredKeys: ['input'] }),
  ),
};

/** Any run whose records are in step order. */
export const anyRun: fc.Arbitrary<Run> = fc.record({
  ...facts,
  steps: fc
    .uniqueArray(stepRecord, { selector: ({ step }) => step, maxLength: 5 })
    .map((steps) => steps.sort((a, b) => a.step - b.step)),
});

export const anyFinding: fc.Arbitrary<Finding> = fc.record(
  {
    rule: name,
    severity: fc.constantFrom('info', 'warning', 'error'),
    where: name,
    firstStep: fc.nat(),
    lastStep: fc.nat(),
    evidence: keyed(number),
    message: name,
    because: name,
    remedies: fc.array(
      fc.record({
        kind: fc.constantFrom('clip', 'activation', 'learning-rate'),
        layers: fc.array(name, { maxLength: 2 }),
        to: fc.oneof(
          name,
          fc.double({ noNaN: true, noDefaultInfinity: true }).filter((v) => !Object.is(v, -0)),
        ),
        reason: name,
      }),
      { maxLength: 2 },
    ),
  },
  { requiredKeys: ['rule', 'severity', 'where', 'firstStep', 'lastStep', 'evidence', 'message', 'remedies'] },
);
