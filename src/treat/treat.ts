import { dispose } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Finding, Remedy, Report } from '../record/finding.js';
import { defaultRules } from '../rules/default-rules.js';
import { reportOf } from '../rules/diagnose.js';
import { lossTrend } from '../rules/loss-trend.js';
import { assertTreatOptions } from './assert-treat-options.js';
import type { Attempt } from './attempt.js';
import { createBench } from './bench.js';
import { disposeFork, fork } from './fork.js';
import { type Plan, planOf } from './plan.js';
import { preflight } from './preflight.js';
import { contextOf } from './remedy-context.js';
import { search } from './search.js';
import { restore, standardize } from './standardization.js';
import type { Treatment, TreatOptions } from './treatment.js';
import { type Bench, type IsHopeless, runTrial, type Trial } from './trial.js';

/**
 * Finds out what ails the training of a model and changes it, as little as possible, until it trains.
 *
 * Trains a copy of the model for a few dozen steps and diagnoses it. Where something is wrong, tries what the findings
 * advise, the root cause first, each on a fresh copy with the same weights and the same batches, and keeps a change only
 * if the loss is lower with it, or the finding gone and the loss no higher; one whose loss is clearly higher halfway is
 * given up there. At the end each of several changes is left out once, and stays out if nothing gets worse. Where nothing
 * is wrong, or nothing helps, the model itself is returned.
 *
 * The model, its optimizer and the data are never changed. The treated model starts with the weights of the given one, except in
 * layers whose weights were drawn anew, which it has from the trials. Scaling of data is not part of a model: give training and
 * predictions what `prepareInput` and `prepareTarget` make of the data.
 *
 * Cost: 1 trial of a healthy model; 2 to 4 of most sick ones, at most 13 and one for each of several changes, of `steps`
 * steps each. Source: the search is a heuristic; what it tries comes from the findings.
 *
 * @param model - Compiled.
 * @param options - At least the data; up to 128 samples of it judge a trial.
 * @throws TypeError when the model is not compiled, the data are no tensors, or an option is of the wrong type.
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
  assertTreatOptions(model, options);
  const bench = await createBench(model, options);
  try {
    return await treatOn(bench, options);
  } finally {
    dispose([...bench.drawn.values()]);
  }
}

async function treatOn(bench: Bench, options: TreatOptions): Promise<Treatment> {
  const began = performance.now();
  const seconds = (): number => (performance.now() - began) / 1000;
  const { maxSeconds = 60, onTrial } = options;
  let count = 0;
  const tried = async (plan: Plan, remedies: readonly Remedy[], isHopeless?: IsHopeless): Promise<Trial> => {
    const trial = await runTrial(bench, plan, isHopeless);
    const { before: lossBefore, after: loss, report } = trial;
    onTrial?.({ trial: count++, remedies, lossBefore, loss, findings: report.findings, seconds: seconds() });
    return trial;
  };
  const attempt: Attempt = async (...trial) => (seconds() > maxSeconds ? null : await tried(...trial));

  const untreated = await tried(planOf(bench.source, options.clip), []);
  const seen = [...(options.report?.findings ?? []), ...(await foreseen(bench, untreated))];
  const before = withFindings(untreated.report, seen);
  const context = await contextOf(untreated.report.run.model, bench);
  const start = { trial: untreated, applied: [], findings: before.findings };
  const { trial, applied } = await search(start, context, attempt);
  const { plan } = trial;
  return {
    model: applied.length === 0 ? bench.source : fork(plan, bench.source, bench),
    applied,
    before,
    after: trial.report,
    clip: plan.clip,
    prepareInput: (x) => standardize(x, plan.input),
    prepareTarget: (y) => standardize(y, plan.target),
    restoreOutput: (output) => restore(output, plan.target),
  };
}

/** What one look at the first batch shows, where the trial did not go well beyond doubt. */
async function foreseen(bench: Bench, { plan, report }: Trial): Promise<readonly Finding[]> {
  const { succeeded, good, converged } = lossTrend(report.run);
  if (succeeded || good || converged) return [];
  const model = fork(plan, bench.source, bench);
  try {
    return (await preflight(model, bench.training.x, bench.training.y)).findings;
  } finally {
    disposeFork(model);
  }
}

/** Findings of two diagnoses of the same model, none twice. */
function withFindings(report: Report, more: readonly Finding[]): Report {
  const known = new Set(report.findings.map(({ rule, where }) => `${rule} ${where}`));
  const added = more.filter(({ rule, where }) => !known.has(`${rule} ${where}`));
  return added.length === 0 ? report : reportOf(report.run, [...report.findings, ...added], defaultRules);
}
