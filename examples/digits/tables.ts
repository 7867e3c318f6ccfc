import type { Run } from 'gradient-health';
import type { Outcome } from './classifier.js';

type Pairs = readonly (readonly [untreated: Outcome, treated: Outcome])[];

const percent = (accuracy: number): string => `${(100 * accuracy).toFixed(1)} %`.padStart(8);
const loss = (value: number): string =>
  (Number.isFinite(value) ? value.toFixed(3) : String(value)).padStart(8);

/** Accuracy by remedy, then before and after for each seed. */
export function outcomeTable(
  rows: readonly { readonly change: string; readonly outcome: Outcome }[],
  vanishing: Pairs,
  exploding: Pairs,
): string {
  const byChange = rows.map(
    ({ change, outcome }) => `  ${change.padEnd(32)} ${percent(outcome.testAccuracy)}`,
  );
  const seeds = (pairs: Pairs, show: (outcome: Outcome) => string): string[] =>
    pairs.map(([a, b], index) => `  seed ${index + 1}   ${show(a)}   ${show(b)}`);
  return [
    'Vanishing gradient, seed 1',
    ...byChange,
    '',
    'Vanishing gradient    before      after',
    ...seeds(vanishing, ({ testAccuracy }) => `${percent(testAccuracy)}`),
    '',
    'Exploding gradient    without     with clipping (final loss, test accuracy)',
    ...seeds(exploding, ({ finalLoss, testAccuracy }) => `${loss(finalLoss)} ${percent(testAccuracy)}`),
  ].join('\n');
}

/** The median gradient norm of each kernel, from the first layer to the last, before and after treatment. */
export function gradientTable(before: Run, after: Run): string {
  const layers = before.model?.layers.map(({ path }) => path) ?? [];
  const rows = layers.map((path) => {
    const [a, b] = [before, after].map((run) =>
      medianNorm(run, `${path}/kernel`).toExponential(1).padStart(10),
    );
    return `  ${path.padEnd(12)} ${a} ${b}`;
  });
  return ['  layer            before      after', ...rows].join('\n');
}

function medianNorm({ steps }: Run, key: string): number {
  const norms = steps.map(({ variables }) => variables[key]?.gradient?.norm ?? 0).sort((a, b) => a - b);
  return norms[norms.length >> 1] ?? Number.NaN;
}
