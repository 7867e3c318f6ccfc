import type { Finding, Remedy } from './finding.js';
import {
  boolean,
  fields,
  integer,
  list,
  map,
  nullable,
  number,
  oneOf,
  optional,
  type Reader,
  string,
  textOr,
} from './reader.js';
import type {
  BackendFacts,
  ClipRecord,
  DataFacts,
  GateRecord,
  Histogram,
  LayerFacts,
  LayerRecord,
  LossScaleRecord,
  ModelFacts,
  Run,
  RunFacts,
  StepRecord,
  TensorStats,
  ThroughTimeRecord,
  VariableRecord,
} from './run.js';

// The data model once more, as readers: a property added to a type does not compile until it is added here.

const schema: Reader<1> = (value) => {
  if (value === 1) return value;
  throw new RangeError(
    ` is ${JSON.stringify(value)}, but this version of gradient-health reads schema 1 only`,
  );
};

const numbers = list(number);

const bin: Reader<readonly [index: number, count: number]> = (value) => {
  const pair = numbers(value);
  if (pair.length === 2) return pair as readonly [number, number];
  throw new TypeError(` must hold an index and a count, got ${pair.length} values`);
};

const bits: Reader<16 | 32> = (value) => {
  if (value === 16 || value === 32) return value;
  throw new TypeError(` must be 16 or 32, got ${JSON.stringify(value)}`);
};

const numberOrFlag: Reader<number | boolean> = (value) =>
  typeof value === 'boolean' ? value : number(value);

const tensorStats = fields<TensorStats>({
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
  histogram: optional(fields<Histogram>({ bins: list(bin) })),
});

const layerFacts = fields<LayerFacts>({
  path: string,
  className: string,
  depth: number,
  inbound: list(string),
  activation: optional(string),
  fused: optional(boolean),
  initializers: optional(map(string)),
  regularizers: optional(map(string)),
  constraints: optional(map(string)),
  config: optional(map(numberOrFlag)),
  weights: optional(map(list(number))),
  frozen: optional(boolean),
  isOutput: boolean,
});

const modelFacts = fields<ModelFacts>({
  layers: list(layerFacts),
  loss: textOr(list(string)),
  optimizer: fields({ className: string, config: map(number) }),
});

const runFacts = {
  schema,
  model: nullable(modelFacts),
  backend: nullable(
    fields<BackendFacts>({
      name: string,
      epsilon: number,
      floatPrecision: optional(bits),
      smallestNormal: optional(number),
      recommendedEpsilon: optional(number),
      missingKernels: optional(list(string)),
      wrongKernels: optional(list(string)),
    }),
  ),
  data: nullable(
    fields<DataFacts>({
      input: tensorStats,
      target: optional(tensorStats),
      recentTarget: optional(tensorStats),
      batchSize: optional(number),
    }),
  ),
};

const gateRecord = fields<GateRecord>({ mean: number, saturatedShare: number });

export const readStep: Reader<StepRecord> = fields<StepRecord>({
  step: integer,
  wallTimeMs: number,
  loss: nullable(number),
  learningRate: nullable(number),
  globalNorm: number,
  clip: optional(
    fields<ClipRecord>({
      name: string,
      normAfter: number,
      scale: optional(number),
      fired: boolean,
      accepted: boolean,
      cosine: number,
      shares: optional(map(number)),
    }),
  ),
  lossScale: optional(fields<LossScaleRecord>({ scale: number, fits: boolean })),
  movedElsewhere: optional(boolean),
  variables: map(
    fields<VariableRecord>({
      gradient: nullable(tensorStats),
      weightNorm: number,
      updateNorm: number,
      updateRatio: number,
      penaltyNorm: optional(number),
      weight: optional(tensorStats),
    }),
  ),
  layers: optional(
    map(
      fields<LayerRecord>({
        output: tensorStats,
        outputGradient: nullable(tensorStats),
        deadShare: optional(number),
        saturatedShare: optional(number),
        inferenceGap: optional(number),
      }),
    ),
  ),
  throughTime: optional(
    map(
      fields<ThroughTimeRecord>({
        hiddenGradientNorms: list(number),
        cellGradientNorms: optional(list(number)),
        gates: optional(map(gateRecord)),
      }),
    ),
  ),
  watchShare: optional(number),
});

export const readFacts: Reader<RunFacts> = fields<RunFacts>(runFacts);

export const readRun: Reader<Run> = fields<Run>({ ...runFacts, steps: list(readStep) });

const remedy = fields<Remedy>({
  kind: oneOf<Remedy['kind']>({
    initializer: true,
    activation: true,
    normalization: true,
    residual: true,
    clip: true,
    'learning-rate': true,
    optimizer: true,
    output: true,
    loss: true,
    'input-scale': true,
    'target-scale': true,
    cell: true,
    'forget-bias': true,
    regularizer: true,
    'loss-scale': true,
  }),
  layers: list(string),
  to: textOr(number),
  reason: string,
  verified: optional(fields({ before: number, after: number, measure: string })),
});

export const readFinding: Reader<Finding> = fields<Finding>({
  rule: string,
  severity: oneOf<Finding['severity']>({ info: true, warning: true, error: true }),
  where: string,
  firstStep: number,
  lastStep: number,
  evidence: map(number),
  message: string,
  because: optional(string),
  remedies: list(remedy),
});
