import type { Finding, Remedy, Rule } from '../record/finding.js';
import { assertKnownOptions } from '../record/known-options.js';
import type { Run, StepRecord } from '../record/run.js';
import { shortNumber } from '../record/short-number.js';
import { findingOf } from './finding-of.js';
import { fails } from './loss-trend.js';
import { checkCount, checkThreshold } from './threshold.js';

/** Options of {@link gateSaturation}. */
export interface GateSaturationOptions {
  /**
   * Share of a gate's openings that must lie within 0.05 of 0 or of 1.
   *
   * @default 0.8 (heuristic)
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

const id = 'gate-saturation';
/** Mean opening below which a stuck gate is shut, and open as far below 1; between, some units are one and some the other. */
const mostlyShut = 0.25;

/**
 * Finds gates of LSTM and GRU layers that are stuck open or shut, in a run that fails.
 *
 * Reads the gates of tapped records. A forget gate that is open is how a cell remembers, so it counts only when it is shut;
 * any other gate counts either way. Silent without taps and where training does not fail. A `warning`.
 *
 * @param options - Thresholds.
 * @throws RangeError when `share` is not positive and finite, or `overRecords` no positive integer.
 *
 * @example
 * ```ts
 * import { rules } from 'gradient-health';
 *
 * console.log(rules.gateSaturation({ share: 0.9 }).id); // gate-saturation
 * ```
 */
export function gateSaturation(options: GateSaturationOptions = {}): Rule {
  assertKnownOptions('gateSaturation', options, ['share', 'overRecords', 'atOnce']);
  const { share = 0.8, overRecords = 3, atOnce = false } = options;
  checkThreshold('gateSaturation', 'share', share);
  checkCount('gateSaturation', 'overRecords', overRecords);
  return {
    id,
    explains: [
      'vanishing-through-time',
      'vanishing-gradient',
      'saturated-activation',
      'zero-gradient',
      'update-ratio-low',
      'loss-plateau',
    ],
    check: (run) => (atOnce || fails(run) ? check(run, share, atOnce ? 1 : overRecords) : []),
  };
}

function check(run: Run, share: number, overRecords: number): Finding[] {
  const window = run.steps.filter(tellsOfGates).slice(-overRecords);
  const [oldest, newest] = [window[0], window.at(-1)];
  if (oldest === undefined || newest === undefined || window.length < overRecords) return [];
  const stuck = Object.entries(newest.throughTime ?? {}).flatMap(([path, { gates = {} }]) =>
    Object.keys(gates).flatMap((gate) => {
      const least = Math.min(...window.map((record) => shareIn(record, path, gate)));
      return least >= share ? [{ path, gate, least, mean: gates[gate]?.mean ?? Number.NaN }] : [];
    }),
  );
  stuck.sort((a, b) => (a.path + a.gate < b.path + b.gate ? -1 : 1));
  const first = stuck[0];
  if (first === undefined) return [];
  const { path, gate, least, mean } = first;
  const remedies: Remedy[] = [
    {
      kind: 'initializer',
      layers: [path],
      to: 'xavierUniform',
      reason: 'weights that leave the gates half open at first',
    },
    {
      kind: 'forget-bias',
      layers: [path],
      to: 'forgetBias(1)',
      reason: 'the forget gate starts open and the others half open',
    },
  ];
  return [
    findingOf(run, id, {
      severity: 'warning',
      where: path,
      firstStep: oldest.step,
      evidence: { saturatedShare: least, mean, gates: stuck.length },
      message: `${path}: the ${gate} gate is stuck ${mean < mostlyShut ? 'shut' : mean > 1 - mostlyShut ? 'open' : 'open or shut'}: ${shortNumber(Math.round(100 * least))} % of its openings are within 0.05 of 0 or 1, where it cannot learn.`,
      remedies,
    }),
  ];
}

/** The gradient through time of fused layers is in every record, their gates in tapped ones. */
function tellsOfGates({ throughTime = {} }: StepRecord): boolean {
  return Object.values(throughTime).some(({ gates }) => gates !== undefined);
}

function shareIn({ throughTime = {} }: StepRecord, path: string, gate: string): number {
  const gates = Object.hasOwn(throughTime, path) ? throughTime[path]?.gates : undefined;
  const record = gates && Object.hasOwn(gates, gate) ? gates[gate] : undefined;
  if (record === undefined || (gate === 'forget' && record.mean > 0.5)) return 0;
  return record.saturatedShare;
}
