export type { ClipContext, ClipResult, ClipStrategy, ClipVariable } from './clip/strategy.js';
export type { WeightKind } from './layout/kind.js';
export type { Finding, Remedy, Report, Rule } from './record/finding.js';
export type {
  BackendFacts,
  ClipRecord,
  DataFacts,
  Histogram,
  LayerFacts,
  LayerRecord,
  ModelFacts,
  Run,
  RunFacts,
  StepRecord,
  TensorStats,
  ThroughTimeRecord,
  VariableRecord,
} from './record/run.js';
export type { Sink } from './record/sink.js';
export { defaultRules } from './rules/default-rules.js';
export { diagnose } from './rules/diagnose.js';
export * as stats from './stats/index.js';
