import type { Finding, Rule } from '../record/finding.js';
import { assertKnownOptions } from '../record/known-options.js';
import type { Run, StepRecord } from '../record/run.js';
import { shortNumber } from '../record/short-number.js';
import { initializerRemedies, isRecurrent } from './fading-advice.js';
import { findingOf } from './finding-of.js';
import { fails } from './loss-trend.js';
import { checkCount, checkThreshold } from './threshold.js';

/** Options of {@link saturatedActivation}. */
export interface SaturatedActivationOptions {
  /**
   * Share of a layer's outputs that must lie where the slope is nearly 0.
   *
   * @default 0.5 (SageMaker Debugger; DeepDiagnosis, ICSE 2022)
   */
  readonly share?: number;
  /**
   * Newest records with activations that must agree.
   *
   * @default 3 (heuristic)
   */
  readonly overRecords?: number;
  /**
   * Whether to judge before the loss tells, as {@link preflight} does with one record.
   *
   * @default false
   */
  readonly atOnce?: boolean;
}

const id = 'saturated-activation';
/** Mean distance from 0 at which the outputs of a tanh are at its ends, for layers whose shares are not recorded. Heuristic. */
const endsOfTanh = 0.9;

/**
 * Finds hidden layers whose sigmoids or tanhs are at their flat ends, in a run that fails.
 *
 * Reads the tapped layers: `saturatedShare`, the outputs whose slope is below 2 percent of the steepest, and for recurrent
 * layers the mean absolute output of a tanh, from 0.9 on. Silent without taps, on output layers, which are meant to be
 * certain, and where training does not fail. A `warning`.
 *
 * @param options - Thresholds.
 * @throws RangeError when `share` is not positive and finite, or `overRecords` no positive integer.
 *
 * @example
 * ```ts
 * import { rules } from 'gradient-health';
 *
 * console.log(rules.saturatedActivation({ share: 0.8 }).id); // saturated-activation
 * ```
 */
export function saturatedActivation(options: SaturatedActivationOptions = {}): Rule {
  assertKnownOptions('saturatedActivation', options, ['share', 'overRecords', 'atOnce']);
  const { share = 0.5, overRecords = 3, atOnce = false } = options;
  checkThreshold('saturatedActivation', 'share', share);
  checkCount('saturatedActivation', 'overRecords', overRecords);
  return {
    id,
    explains: ['vanishing-gradient', 'zero-gradient', 'update-ratio-low', 'loss-plateau'],
    check: (run) => (atOnce || fails(run) ? check(run, share, atOnce ? 1 : overRecords) : []),
  };
}

function check(run: Run, share: number, overRecords: number): Finding[] {
  const tapped = run.steps.filter(({ layers }) => layers !== undefined);
  const window = tapped.slice(-overRecords);
  const [oldest, newest] = [window[0], window.at(-1)];
  if (oldest === undefined || newest === undefined || window.length < overRecords) return [];
  const hidden = (run.model?.layers ?? []).filter(({ isOutput }) => !isOutput);
  const saturated = hidden.flatMap((facts) => {
    const shares = window.map((record) =>
      saturationIn(record, facts.path, isRecurrent(facts) ? facts.activation : undefined),
    );
    const least = Math.min(...shares);
    return least >= share ? [{ facts, least }] : [];
  });
  const first = saturated[0];
  if (first === undefined) return [];
  const { facts, least } = first;
  const layers = saturated.map((each) => each.facts);
  const isShare = newest.layers?.[facts.path]?.saturatedShare !== undefined;
  const what = isShare
    ? `${shortNumber(Math.round(100 * least))} % of the outputs are at the flat ends`
    : `outputs ${shortNumber(least)} away from 0 on average are at the flat ends`;
  const others = layers.length === 1 ? '' : ` (and ${layers.length - 1} more)`;
  const plain = layers.filter((layer) => !isRecurrent(layer)).map(({ path }) => path);
  return [
    findingOf(run, id, {
      severity: 'warning',
      where: facts.path,
      firstStep: oldest.step,
      evidence: { [isShare ? 'saturatedShare' : 'meanDistance']: least, layers: layers.length },
      message: `${facts.path}${others}: ${what} of ${facts.activation}, where hardly any gradient passes.`,
      remedies: [
        ...initializerRemedies(layers),
        ...(plain.length === 0
          ? []
          : [
              {
                kind: 'normalization' as const,
                layers: plain,
                to: 'batchNormalization',
                reason: 'it keeps the input of the activation where the slope is not 0',
              },
            ]),
      ],
    }),
  ];
}

function saturationIn({ layers = {} }: StepRecord, path: string, recurrent: string | undefined): number {
  const layer = Object.hasOwn(layers, path) ? layers[path] : undefined;
  if (layer?.saturatedShare !== undefined) return layer.saturatedShare;
  return recurrent === 'tanh' && layer !== undefined && layer.output.absMean >= endsOfTanh
    ? layer.output.absMean
    : 0;
}
