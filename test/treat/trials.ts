import { AdamOptimizer } from '@tensorflow/tfjs-core';
import type { Finding, Remedy } from '../../src/record/finding.js';
import type { Run } from '../../src/record/run.js';
import type { Attempt } from '../../src/treat/attempt.js';
import type { Plan } from '../../src/treat/plan.js';
import type { State } from '../../src/treat/state.js';
import type { Trial } from '../../src/treat/trial.js';
import { stats } from '../rules/histories.js';

/** A plan of no layers, which rates, clips and epsilons change. */
export const plan: Plan = {
  config: { layers: [] },
  optimizer: { cls: AdamOptimizer as never, config: { learningRate: 1, epsilon: 1 } },
  loss: 'meanSquaredError',
  clip: undefined,
  input: undefined,
  target: undefined,
  redrawn: new Set(),
};
export const context = { model: null, input: undefined, target: undefined };

export const rate: Remedy = { kind: 'learning-rate', layers: [], to: 0.1, reason: '' };
export const epsilon: Remedy = { kind: 'optimizer', layers: [], to: 1e-7, reason: '' };
export const clip: Remedy = { kind: 'clip', layers: [], to: 'clipByGlobalNorm(1)', reason: '' };

export const finding = (...remedies: Remedy[]): Finding => ({
  rule: 'learning-rate',
  severity: 'warning',
  where: 'model',
  firstStep: 0,
  lastStep: 0,
  evidence: {},
  message: '',
  remedies,
});

/** A run of no steps whose best constant prediction has this loss. */
export const runWith = (guess: number): Run => ({
  schema: 1,
  model: { layers: [], loss: 'meanSquaredError', optimizer: { className: 'Adam', config: {} } },
  backend: null,
  data: { input: stats(1, 4), target: { ...stats(1, 4), std: Math.sqrt(guess) } },
  steps: [],
});

/** A trial that begins at a loss of 1 and falls evenly to `after`. */
export const trialOf = (
  of: Plan,
  after: number,
  findings: readonly Finding[] = [],
  run = runWith(1),
): Trial => ({
  plan: of,
  before: 1,
  halfway: (1 + after) / 2,
  after,
  givenUp: false,
  accuracy: null,
  report: { run, findings: [...findings], verdict: '' },
  seconds: 0,
});

export const stateOf = (trial: Trial, ...applied: Remedy[]): State => ({
  trial,
  applied,
  findings: trial.report.findings,
});

/** Tries plans whose loss is that of `lossOf` and where these findings stay, and keeps what it tried; a hopeless trial ends halfway. */
export function attemptBy(
  lossOf: (plan: Plan) => number,
  findings: readonly Finding[] = [],
): {
  readonly attempt: Attempt;
  readonly tried: { readonly remedies: readonly Remedy[]; readonly trial: Trial }[];
} {
  const tried: { remedies: readonly Remedy[]; trial: Trial }[] = [];
  const attempt: Attempt = async (of, remedies, isHopeless) => {
    const whole = trialOf(of, lossOf(of), findings);
    const trial = isHopeless(whole.halfway) ? { ...whole, after: whole.halfway, givenUp: true } : whole;
    tried.push({ remedies, trial });
    return trial;
  };
  return { attempt, tried };
}
