import type { Finding, Remedy } from '../record/finding.js';
import type { Run } from '../record/run.js';
import { fitsActivation, fittingInitializer } from '../rules/fitting-initializer.js';
import { fasterAverages, laggards } from '../rules/lagging-averages.js';
import { median, updateRatio } from '../rules/motion.js';
import type { Plan } from './plan.js';
import { applyRemedy } from './remedies/apply.js';
import type { RemedyContext } from './remedies/apply-remedy.js';
import type { Trial } from './trial.js';

/** A change to try: remedies that belong together, and the plan that has them. */
export interface Candidate {
  readonly remedies: readonly Remedy[];
  readonly plan: Plan;
}

/** Changes that the findings ask for, root causes first, none twice; before them what a trial is judged by. */
export function candidatesOf(
  findings: readonly Finding[],
  { plan, report: { run } }: Trial,
  context: RemedyContext,
): readonly Candidate[] {
  const groups = findings
    .filter(({ severity }) => severity !== 'info')
    .flatMap(({ remedies }) => grouped(remedies));
  const initializers = groups.filter((group) => group.every(({ kind }) => kind === 'initializer'));
  const everywhere = initializers.length === 0 ? [] : spreads(context.model);
  const all = [
    ...averages(run),
    ...bothScales(groups),
    ...groups.slice(0, 1),
    ...everywhere,
    ...groups.slice(1),
    ...lower(groups),
  ];
  return planned(all, plan, context);
}

/** Share by which layers may return something else in `predict`, as the rule of lagging averages has it. */
const largeGap = 0.5;

function averages(run: Run): readonly (readonly Remedy[])[] {
  const { paths, gap } = laggards(run);
  return gap > largeGap ? [[fasterAverages(paths)]] : [];
}

/**
 * What to try where training stands still and no finding helps: the rate that moves weights by a hundredth of their size,
 * weights and data of the usual spread, Adam.
 */
export function lastResorts(
  { plan, report: { run }, after }: Trial,
  context: RemedyContext,
): readonly Candidate[] {
  const broken = Number.isFinite(after) ? [] : [[skip]];
  const groups = [
    ...broken,
    ...epsilons(plan),
    ...rates(run),
    ...spreads(run.model),
    ...scales(context),
    [adam],
  ];
  return planned(groups, plan, context);
}

function planned(
  groups: readonly (readonly Remedy[])[],
  plan: Plan,
  context: RemedyContext,
): readonly Candidate[] {
  const seen = new Set<string>();
  return groups.flatMap((remedies): Candidate[] => {
    const key = JSON.stringify(remedies.map(({ kind, layers, to }) => [kind, layers, to]));
    if (seen.has(key)) return [];
    seen.add(key);
    const changed = remedies.reduce<Plan | null>(
      (before, remedy) => before && applyRemedy(before, remedy, context),
      plan,
    );
    return changed ? [{ remedies, plan: changed }] : [];
  });
}

/** Another activation goes with the weights that fit it; penalties may also go altogether. */
function grouped(remedies: readonly Remedy[]): readonly (readonly Remedy[])[] {
  const weights = remedies.filter(({ kind }) => kind === 'initializer');
  const paired = new Set<Remedy>();
  const groups = remedies.flatMap((remedy): (readonly Remedy[])[] => {
    if (remedy.kind === 'regularizer' && typeof remedy.to === 'string') {
      return [[{ ...remedy, to: 'none', reason: `${remedy.reason}, if need be without any` }]];
    }
    if (remedy.kind !== 'activation') return [[remedy]];
    const fitting = weights.filter(({ layers }) => layers.some((path) => remedy.layers.includes(path)));
    for (const each of fitting) paired.add(each);
    return [[remedy, ...fitting]];
  });
  return groups.filter((group) => group.length > 1 || !group.every((remedy) => paired.has(remedy)));
}

/** Update over weight, both of all kernels, in the median step. */
export function motionOf(run: Run): number | undefined {
  return median(run.steps.map((record) => updateRatio(run, record)));
}

/** Share of their size that weights should move in a step. Source: cs231n's 1e-3, and 1e-2 for small networks. */
const wantedMotion = 1e-2;

/** Inputs and targets that are both far off help little until both are mended. */
function bothScales(groups: readonly (readonly Remedy[])[]): readonly (readonly Remedy[])[] {
  const [input, target] = (['input-scale', 'target-scale'] as const).map((kind) =>
    groups.flat().find((remedy) => remedy.kind === kind),
  );
  return input && target ? [[input, target]] : [];
}

/** A rule advises a tenth of the rate, which need not be enough. */
function lower(groups: readonly (readonly Remedy[])[]): readonly (readonly Remedy[])[] {
  const rate = groups.find(
    ([remedy]) => remedy?.kind === 'learning-rate' && typeof remedy.to === 'number',
  )?.[0];
  if (!rate) return [];
  return [10, 100].map((share) => [{ ...rate, to: Number((Number(rate.to) / share).toPrecision(1)) }]);
}

/** An epsilon from which on it may outweigh gradients of a usual size. Heuristic. */
const largeEpsilon = 1e-3;

function epsilons({ optimizer }: Plan): readonly (readonly Remedy[])[] {
  const { epsilon } = optimizer.config;
  const reason = 'it outweighs the gradients that it is added to';
  return typeof epsilon === 'number' && epsilon > largeEpsilon ? [[remedyOf('optimizer', 1e-7, reason)]] : [];
}

function rates(run: Run): readonly (readonly Remedy[])[] {
  const rate = run.steps.at(-1)?.learningRate ?? null;
  const moved = motionOf(run);
  if (rate === null || rate === 0 || moved === undefined || !(moved > 0)) return [];
  const to = Number((Math.abs(rate) * (wantedMotion / moved)).toPrecision(1));
  if (!Number.isFinite(to) || !(to > 0)) return [];
  const reason = 'at this rate the weights move by about a hundredth of their size';
  const wrongWay = rate < 0 ? [[remedyOf('learning-rate', Math.abs(rate), 'a negative rate climbs')]] : [];
  return [
    ...wrongWay,
    [remedyOf('learning-rate', to, reason)],
    [remedyOf('learning-rate', Number((to / 10).toPrecision(1)), reason)],
  ];
}

function spreads(model: Run['model']): readonly (readonly Remedy[])[] {
  const unfit = (model?.layers ?? []).filter(({ initializers, activation, className }) => {
    const kernel = initializers?.['kernel'];
    return kernel !== undefined && !/RNN|LSTM|GRU/.test(className) && !fitsActivation(kernel, activation);
  });
  const reason = 'its weights keep the variance of signals and gradients';
  const remedies = (['heNormal', 'lecunNormal', 'xavierUniform'] as const).flatMap((to) => {
    const layers = unfit.filter(({ activation }) => fittingInitializer(activation) === to);
    return layers.length === 0
      ? []
      : [
          remedyOf(
            'initializer',
            to,
            reason,
            layers.map(({ path }) => path),
          ),
        ];
  });
  return remedies.length === 0 ? [] : [remedies];
}

/** Data whose mean or spread is this many times that of standardised data. Heuristic. */
const farOff = 3;

function scales({ input, target }: RemedyContext): readonly (readonly Remedy[])[] {
  const isFar = ({ mean, std }: NonNullable<RemedyContext['input']>): boolean =>
    mean.some((value, i) => Math.abs(value) > farOff * (std[i] ?? 1)) ||
    std.some((value) => value > farOff || value < 1 / farOff / 10);
  const reason = 'numbers around 0 of about the size of 1 suit the rates and weights that are usual';
  const groups = [
    ...(input && isFar(input) ? [[remedyOf('input-scale', 'standardize', reason)]] : []),
    ...(target && isFar(target) ? [[remedyOf('target-scale', 'standardize', reason)]] : []),
  ];
  return [...bothScales(groups), ...groups];
}

const remedyOf = (
  kind: Remedy['kind'],
  to: string | number,
  reason: string,
  layers: readonly string[] = [],
): Remedy => ({ kind, layers, to, reason });

const skip = remedyOf('clip', 'skipNonFinite()', 'steps of samples that are no numbers are left out');
const adam = remedyOf('optimizer', 'adam(0.003)', 'it finds a step for each weight by itself');
