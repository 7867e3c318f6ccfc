import type { Finding, Rule } from '../record/finding.js';
import { assertKnownOptions } from '../record/known-options.js';
import { type Penalty, penaltyGradientNorm, penaltyOf } from '../record/penalty.js';
import type { LayerFacts, Run, StepRecord } from '../record/run.js';
import { shortNumber } from '../record/short-number.js';
import { findingOf } from './finding-of.js';
import { heavyDropout } from './heavy-dropout.js';
import { lossTrend, wholeLossTrend } from './loss-trend.js';
import { median } from './motion.js';
import { checkThreshold } from './threshold.js';
import { shapeOf, variableOf } from './weighted-layers.js';

/** Options of {@link overRegularization}. */
export interface OverRegularizationOptions {
  /**
   * Share of the whole gradient that the penalty's own gradient may have.
   *
   * @default 0.67: twice the gradient of the loss, as TheDeepChecker (TOSEM 2022) has it
   */
  readonly share?: number;
  /**
   * Rate of dropout above which it counts as strong.
   *
   * @default 0.5 (UMLAUT, CHI 2021)
   */
  readonly dropout?: number;
}

const id = 'over-regularization';
const records = 10;
const fewestRecords = 20;
/** Share of their first norm below which weights are as good as gone. Heuristic. */
const wiped = 0.1;
/** Multiple of it above which no penalty can be said to hold them down. Heuristic. */
const grown = 3;

/**
 * Finds penalties on weights, or dropout, so strong that a run fails.
 *
 * The penalty l1 |w| + l2 w^2 pulls with l1 sqrt(size) + 2 l2 |w|. Fires when that, over the norm of the whole gradient, which
 * the optimizer got and which contains it, exceeds `share` in the median of the first ten records or of the last ten, or in the
 * very first where the penalised weights lost nine tenths of their norm within ten records. Else, when some layer drops more than
 * `dropout` of its inputs. A `warning`, and only where the loss does not do well with its penalty, and is not good without.
 *
 * @param options - Thresholds.
 * @throws RangeError when a threshold is not positive and finite.
 *
 * @example
 * ```ts
 * import { rules } from 'gradient-health';
 *
 * console.log(rules.overRegularization().id); // over-regularization
 * ```
 */
export function overRegularization(options: OverRegularizationOptions = {}): Rule {
  assertKnownOptions('overRegularization', options, ['share', 'dropout']);
  const { share = 0.67, dropout = 0.5 } = options;
  checkThreshold('overRegularization', 'share', share);
  checkThreshold('overRegularization', 'dropout', dropout);
  return {
    id,
    explains: [
      'learning-rate',
      'exploding-gradient',
      'vanishing-gradient',
      'dead-units',
      'zero-gradient',
      'update-ratio-high',
      'update-ratio-low',
      'loss-divergence',
      'loss-oscillation',
      'loss-plateau',
    ],
    check(run) {
      const { well, failing } = wholeLossTrend(run);
      const isGood = lossTrend(run).good;
      // Steps uphill, at a negative rate, make penalised weights grow: that is not the penalty's doing.
      const climbs = (run.steps.at(-1)?.learningRate ?? 0) < 0;
      return run.steps.length < fewestRecords || well || isGood || climbs
        ? []
        : check(run, share, failing ? dropout : 1);
    },
  };
}

function check(run: Run, share: number, dropout: number): Finding[] {
  const penalties = (run.model?.layers ?? []).flatMap(penaltiesOf);
  const most = strongestPull(run.steps, penalties);
  if (most > share) {
    const paths = [...new Set(penalties.map(({ path }) => path))];
    return [
      findingOf(run, id, {
        severity: 'warning',
        where: paths[0] ?? 'model',
        evidence: { share: most, layers: paths.length },
        message:
          `The penalty on the weights of ${paths.length} layer${paths.length === 1 ? '' : 's'} pulls with ${shortNumber(100 * Math.min(most, 10))} % of the ` +
          'gradient: training shrinks the weights instead of fitting the data.',
        remedies: [
          {
            kind: 'regularizer',
            layers: paths,
            to: 'a hundredth of it',
            reason: 'the loss must outweigh the penalty',
          },
        ],
      }),
    ];
  }
  const dropping = heavyDropout(run, dropout);
  const first = dropping[0];
  if (first === undefined) return [];
  const rate = Number(first.config?.['rate']);
  return [
    findingOf(run, id, {
      severity: 'warning',
      where: first.path,
      evidence: { rate, layers: dropping.length },
      message: `${first.path} drops ${shortNumber(100 * rate)} % of what it gets: too little of the signal comes through.`,
      remedies: [
        {
          kind: 'regularizer',
          layers: dropping.map(({ path }) => path),
          to: 0.2,
          reason: 'with less dropout more of the signal gets through',
        },
      ],
    }),
  ];
}

/** The penalties' share of the gradient, at the beginning or now, whichever is more. */
function strongestPull(steps: readonly StepRecord[], penalties: readonly Penalised[]): number {
  const [first] = steps;
  if (first === undefined) return 0;
  const shareIn = (record: StepRecord): number => pull(record, penalties) / record.globalNorm;
  const sizeIn = (record: StepRecord): number =>
    Math.hypot(...penalties.map(({ key }) => variableOf(record, key)?.weightNorm ?? 0));
  const growth = (record: StepRecord): number => sizeIn(record) / sizeIn(first);
  const shares = [steps.slice(0, records), steps.slice(-records)].map(
    (part) => median(part.filter((record) => !(growth(record) > grown)).map(shareIn)) ?? 0,
  );
  // Of weights that soon lost nearly all of their size little pulls any more.
  const wipedOut = steps.slice(0, records).some((record) => growth(record) < wiped);
  return Math.max(...shares, wipedOut ? shareIn(first) : 0);
}

interface Penalised {
  readonly path: string;
  readonly key: string;
  readonly size: number;
  readonly penalty: Penalty;
}

function penaltiesOf(layer: LayerFacts): Penalised[] {
  const { path, regularizers = {} } = layer;
  return Object.keys(regularizers).flatMap((name) => {
    const penalty = penaltyOf(layer, name);
    const size = shapeOf(layer, name).reduce((product, length) => product * length, 1);
    return penalty ? [{ path, key: `${path}/${name}`, size, penalty }] : [];
  });
}

function pull(record: StepRecord, penalties: readonly Penalised[]): number {
  let squares = 0;
  for (const { key, size, penalty } of penalties) {
    const variable = variableOf(record, key);
    // What is not trained is in no gradient.
    if (variable === undefined) continue;
    const { weightNorm: norm } = variable;
    // Logs of other makers hold the weights' norms alone: at most sqrt(size) times as much for their absolute sum.
    const atMost = { size, absSum: norm * Math.sqrt(size), norm };
    squares += (variable.penaltyNorm ?? penaltyGradientNorm(penalty, atMost)) ** 2;
  }
  return Math.sqrt(squares);
}
