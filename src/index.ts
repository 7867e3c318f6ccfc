export { type AdaptiveClipOptions, adaptiveClip } from './clip/adaptive.js';
export { type AutoClipOptions, autoClip } from './clip/auto.js';
export { clipByBlockRms } from './clip/by-block-rms.js';
export { type ClipByGlobalNormOptions, clipByGlobalNorm } from './clip/by-global-norm.js';
export { type ClipByNormOptions, clipByNorm } from './clip/by-norm.js';
export { clipByValue, type ValueRange } from './clip/by-value.js';
export { centralize } from './clip/centralize.js';
export { chain } from './clip/chain.js';
export type { ClipOptions, NonFinitePolicy } from './clip/non-finite.js';
export { type SkipNonFiniteOptions, skipNonFinite } from './clip/skip-non-finite.js';
export { type SpikeClipOptions, spikeClip } from './clip/spike.js';
export { clipStateFromJson, clipStateToJson } from './clip/state-json.js';
export type { ClipContext, ClipResult, ClipStrategy, ClipVariable } from './clip/strategy.js';
export { type ClipSuggestion, suggestClip } from './clip/suggest.js';
export { type WindowClipOptions, windowClip } from './clip/window.js';
export { type ZClipOptions, zClip } from './clip/z.js';
export { zeroNonFinite } from './clip/zero-non-finite.js';
/** Initialisers of weights, for `kernelInitializer` and its kin: tfjs's names, with the variance they promise. */
export * as initializers from './init/index.js';
export type { LsuvLayer, LsuvOptions } from './init/lsuv.js';
export { lsuv } from './init/lsuv.js';
export type { RescaledWeight } from './init/rescale-initial-weights.js';
export { rescaleInitialWeights } from './init/rescale-initial-weights.js';
/** Layers that tfjs lacks, for any model of tfjs. */
export * as layers from './layers/index.js';
export { fuse } from './layers/recurrent/fuse.js';
export { importRecurrentWeights } from './layers/recurrent/import-recurrent-weights.js';
export type { KerasWeights, OnnxWeights, PytorchWeights } from './layers/recurrent/recurrent-weights.js';
export type { RegisterOptions } from './layers/register.js';
export { register } from './layers/register.js';
export type { WeightKind } from './layout/kind.js';
export type { Finding, Remedy, Report, Rule } from './record/finding.js';
export { fromJson, toJson } from './record/json.js';
export type { LoggedRun, ReadJsonlOptions, RunEnd } from './record/jsonl.js';
export { readJsonl } from './record/jsonl.js';
export { mergeRuns } from './record/merge-runs.js';
export type {
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
} from './record/run.js';
export type { Sink } from './record/sink.js';
export { toMarkdown } from './report/markdown.js';
export { toText } from './report/text.js';
export { defaultRules } from './rules/default-rules.js';
export { diagnose } from './rules/diagnose.js';
/** Rules, one factory each, with their thresholds as options. */
export * as rules from './rules/index.js';
export { type ConsoleSinkOptions, consoleSink } from './sinks/console/console-sink.js';
export { jsonlSink } from './sinks/jsonl-sink.js';
/** Statistics of numbers: typed arrays in, plain data out. */
export * as stats from './stats/index.js';
/** Activations, gains and signal propagation, computed before any training: numbers only. */
export * as theory from './theory/index.js';
export type { CheckGradientsOptions } from './treat/check-gradients.js';
export { checkGradients } from './treat/check-gradients.js';
export type { ScalarFunction } from './treat/evaluation.js';
export type { ElementCheck, GradientCheck, InputCheck } from './treat/gradient-check.js';
export { preflight } from './treat/preflight.js';
export type {
  LayerSignal,
  PreflightOptions,
  PreflightReport,
  SignalProfile,
} from './treat/preflight-report.js';
export { treat } from './treat/treat.js';
export type { Treatment, TreatOptions, TrialProgress } from './treat/treatment.js';
export type { WithClippingOptions } from './watch/clipping.js';
export { stopClipping, withClipping } from './watch/clipping.js';
export type { LossScaleOptions } from './watch/loss-scale.js';
export type { Monitor, WatchOptions } from './watch/monitor.js';
export { probeBackend } from './watch/probe.js';
export { collectHistograms, watch } from './watch/watch.js';
export type { When } from './watch/when.js';
