import type { Finding, Rule } from '../record/finding.js';
import { assertKnownOptions } from '../record/known-options.js';
import type { Run } from '../record/run.js';
import { shortNumber } from '../record/short-number.js';
import { findingOf } from './finding-of.js';
import { fails } from './loss-trend.js';
import { median } from './motion.js';
import { checkCount, checkThreshold } from './threshold.js';
import { variableOf, weightedLayers } from './weighted-layers.js';

/** Options of {@link precisionUnderflow}. */
export interface PrecisionUnderflowOptions {
  /**
   * Share of a layer's gradient elements that must be exactly 0 beside others near the smallest number of the backend.
   *
   * @default 0.3 (heuristic)
   */
  readonly share?: number;
  /**
   * Newest records that must agree.
   *
   * @default 10 (heuristic)
   */
  readonly overRecords?: number;
}

const id = 'precision-underflow';
/** The smallest normal number of 32-bit floats, and how far above it gradients begin to be lost. */
const smallestOf32 = 2 ** -126;
const margin = 2 ** 10;
/** Epsilon over gradient at which it decides how far Adam moves. Heuristic. */
const heavy = 10;

/**
 * Finds gradients that the floats of the backend cannot hold, in a run that fails.
 *
 * Fires when a layer's gradient is partly exactly 0 while its largest element lies within a factor of 1000 of the smallest normal
 * number (2^-126; where a probe measured the backend, that), and when the backend's own epsilon, which tfjs gives Adam where the
 * user gives none, is larger than the probe recommends and ten times larger than the gradients: on WebGL tfjs takes 1e-4 where
 * 1e-7 would do. A `warning`.
 *
 * @param options - Thresholds.
 * @throws RangeError when `share` is not positive and finite, or `overRecords` no positive integer.
 *
 * @example
 * ```ts
 * import { rules } from 'gradient-health';
 *
 * console.log(rules.precisionUnderflow().id); // precision-underflow
 * ```
 */
export function precisionUnderflow(options: PrecisionUnderflowOptions = {}): Rule {
  assertKnownOptions('precisionUnderflow', options, ['share', 'overRecords']);
  const { share = 0.3, overRecords = 10 } = options;
  checkThreshold('precisionUnderflow', 'share', share);
  checkCount('precisionUnderflow', 'overRecords', overRecords);
  return {
    id,
    explains: ['learning-rate', 'zero-gradient', 'unchanged-weights', 'update-ratio-low', 'loss-plateau'],
    check: (run) =>
      fails(run) ? [...underflow(run, share, overRecords), ...epsilon(run, overRecords)].slice(0, 1) : [],
  };
}

function underflow(run: Run, share: number, overRecords: number): Finding[] {
  const window = run.steps.slice(-overRecords);
  if (window.length < overRecords) return [];
  const limit = margin * (run.backend?.smallestNormal ?? smallestOf32);
  const lost = weightedLayers(run).find(({ kernels }) =>
    window.every((record) =>
      kernels.some((key) => {
        const gradient = variableOf(record, key)?.gradient;
        if (!gradient || gradient.zeros === gradient.size) return false;
        const largest = Math.max(Math.abs(gradient.min), Math.abs(gradient.max));
        return largest < limit && gradient.zeros >= share * gradient.size;
      }),
    ),
  );
  if (lost === undefined) return [];
  const is16 = run.backend?.floatPrecision === 16;
  return [
    findingOf(run, id, {
      severity: 'warning',
      where: lost.path,
      firstStep: window[0]?.step ?? 0,
      evidence: { limit },
      message: `${lost.path}: its gradient is so small that ${is16 ? '16-bit' : '32-bit'} floats lose it: partly exactly 0, and nowhere above ${shortNumber(limit)}.`,
      remedies: [
        {
          kind: 'loss-scale',
          layers: [],
          to: 'lossScale: {}',
          reason: 'a scaled loss lifts gradients out of the underflow',
        },
      ],
    }),
  ];
}

function epsilon(run: Run, overRecords: number): Finding[] {
  const { backend, model, steps } = run;
  if (backend === null || model === null) return [];
  const used = model.optimizer.config['epsilon'];
  const better =
    backend.recommendedEpsilon ??
    (backend.name === 'webgl' && backend.floatPrecision !== 16 ? 1e-7 : Number.POSITIVE_INFINITY);
  if (used !== backend.epsilon || !(used > heavy * better)) return [];
  const keys = weightedLayers(run).flatMap(({ kernels }) => kernels);
  const sizes = steps.slice(-overRecords).flatMap((record) =>
    keys.map((key) => {
      const gradient = variableOf(record, key)?.gradient;
      return gradient ? gradient.norm / Math.sqrt(gradient.size) : undefined;
    }),
  );
  const usual = median(sizes) ?? Number.POSITIVE_INFINITY;
  if (!(used > heavy * usual)) return [];
  return [
    findingOf(run, id, {
      severity: 'warning',
      evidence: { epsilon: used, recommended: better, gradient: usual },
      message: `${model.optimizer.className} got tfjs's epsilon for ${backend.name}, ${shortNumber(used)}, far above gradients of ${shortNumber(usual)}: it hardly moves.`,
      remedies: [
        {
          kind: 'optimizer',
          layers: [],
          to: `epsilon ${Number(better.toPrecision(2))}`,
          reason: 'the floats of this backend allow it',
        },
      ],
    }),
  ];
}
