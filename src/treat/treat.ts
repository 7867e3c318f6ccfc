import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Finding, Remedy, Report } from '../record/finding.js';
import { defaultRules } from '../rules/default-rules.js';
import { reportOf } from '../rules/diagnose.js';
import { createBench } from './bench.js';
import { fork } from './fork.js';
import { type Plan, planOf } from './plan.js';
import { contextOf } from './remedy-context.js';
import { search } from './search.js';
import { restore, standardize } from './standardization.js';
import type { Treatment, TreatOptions } from './treatment.js';
import { runTrial, type Trial } from './trial.js';

/**
 * Finds out what ails the training of a model and changes it, as little as possible, until it trains.
 *
 * Trains a copy of the model for a few dozen steps and diagnoses it. Where something is wrong, tries what the findings
 * advise, the root cause first, each on a fresh copy with the same weights and the same batches, and keeps a change only
 * if the loss is lower with it, or the finding gone and the loss no higher. At the end each of several changes is left out
 * once, and stays out if nothing gets worse. Where nothing is wrong, or nothing helps, the model itself is returned.
 *
 * The model, its optimizer and the data are never changed. The treated model starts with the weights of the given one,
 * except in layers whose weights were drawn anew. Scaling of data is not part of a model: give training and predictions
 * what `prepareInput` and `prepareTarget` make of the data.
 *
 * Cost: 1 trial of a healthy model; at most 16, of `steps` steps each, of a sick one. Source: the search is a heuristic;
 * what it tries comes from the findings.
 *
 * @param model - Compiled.
 * @param options - At least the data; up to 256 samples of it judge a trial.
 * @throws TypeError when the model is not compiled or the data are no tensors.
 * @throws RangeError when the data do not fit each other, or a number is out of range.
 * @throws Error when the model cannot be built from its configuration, such as one with an unregistered custom layer.
 * @throws the reason of `signal` when it aborts.
 * @example
 * ```ts
 * import { cast, greater, linspace, reshape } from '@tensorflow/tfjs-core';
 * import * as tfl from '@tensorflow/tfjs-layers';
 * import { treat } from 'gradient-health';
 *
 * const model = tfl.sequential({ layers: [tfl.layers.dense({ units: 1, activation: 'softmax', inputShape: [1] })] });
 * model.compile({ optimizer: 'sgd', loss: 'binaryCrossentropy' });
 * const x = reshape(linspace(-1, 1, 64), [64, 1]);
 * const y = cast(greater(x, 0), 'float32');
 * const { applied } = await treat(model, { x, y });
 * console.log(applied.map(({ kind, to }) => `${kind}: ${to}`).join());
 * // output: sigmoid
 * ```
 */
export async function treat(model: LayersModel, options: TreatOptions): Promise<Treatment> {
  const bench = createBench(model, options);
  const start = performance.now();
  const seconds = (): number => (performance.now() - start) / 1000;
  const { maxSeconds = 60, onTrial } = options;
  let done = 1;
  const attempt = async (plan: Plan, remedies: readonly Remedy[]): Promise<Trial | null> => {
    if (seconds() > maxSeconds) return null;
    onTrial?.({ done: done++, remedies, seconds: seconds() });
    return runTrial(bench, plan);
  };

  onTrial?.({ done: 0, remedies: [], seconds: 0 });
  const untreated = await runTrial(bench, planOf(model, options.clip));
  const before = withFindings(untreated.report, options.report?.findings ?? []);
  const context = await contextOf(untreated.report.run.model, bench);
  const { trial, applied } = await search(
    { trial: untreated, applied: [], findings: before.findings },
    context,
    attempt,
  );
  const { plan } = trial;
  return {
    model: applied.length === 0 ? model : fork(plan, model, options.compile),
    applied,
    before,
    after: trial.report,
    clip: plan.clip,
    prepareInput: (x) => standardize(x, plan.input),
    prepareTarget: (y) => standardize(y, plan.target),
    restoreOutput: (output) => restore(output, plan.target),
  };
}

/** Findings of two diagnoses of the same model, none twice. */
function withFindings(report: Report, more: readonly Finding[]): Report {
  const known = new Set(report.findings.map(({ rule, where }) => `${rule} ${where}`));
  const added = more.filter(({ rule, where }) => !known.has(`${rule} ${where}`));
  return added.length === 0 ? report : reportOf(report.run, [...report.findings, ...added], defaultRules);
}
