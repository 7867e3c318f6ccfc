import type { Finding } from '../record/finding.js';
import type { Run } from '../record/run.js';
import { shortNumber } from '../record/short-number.js';
import { fadingRemedies, hiddenLayers } from './fading-advice.js';
import { gradientNorm, weightedLayers } from './weighted-layers.js';

/** Layers whose gradient norm was below a limit at any step, whatever the loss did. */
export function normsBelow(run: Run, rule: string, below: number): Finding[] {
  const layers = weightedLayers(run);
  const hits = run.steps.flatMap((record) => {
    const low = layers.flatMap((layer) => {
      const norm = gradientNorm(record, layer.kernels) ?? Number.NaN;
      return norm < below ? [{ layer, norm }] : [];
    });
    return low[0] ? [{ step: record.step, layers: low.length, ...low[0] }] : [];
  });
  const [first] = hits;
  if (first === undefined) return [];
  const last = hits.at(-1) ?? first;
  const { layer, norm, step } = first;
  return [
    {
      rule,
      severity: 'warning',
      where: layer.path,
      firstStep: step,
      lastStep: last.step,
      evidence: { gradientNorm: norm, below, layers: first.layers, steps: hits.length },
      message: `${layer.path}: gradient norm ${shortNumber(norm)} at step ${step}, below ${shortNumber(below)}.`,
      remedies: fadingRemedies(hiddenLayers(run.model, layer.facts?.depth ?? 0), run.model),
    },
  ];
}
