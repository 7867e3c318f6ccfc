import { assertReport } from '../record/assert-run.js';
import type { Report } from '../record/finding.js';
import { shortNumber } from '../record/short-number.js';
import { bar } from './bar.js';
import { findingText } from './finding-text.js';
import { type LayerRow, layerRows } from './layer-rows.js';
import { plainText } from './plain-text.js';
import { runSummary } from './run-summary.js';

const barWidth = 24;

/**
 * Writes a report as plain text for a terminal or a log: the verdict, a table of the layers in depth order, then each
 * finding with its evidence and remedies.
 *
 * Norms and update ratios are those of the newest record. The bars have a logarithmic scale of three decades or more, up to
 * the largest norm in the table and down to the smallest one; a norm of 0 or NaN has none. Control characters and direction overrides in names are shown as
 * `\u001b` instead of reaching the terminal.
 *
 * @param report - From `diagnose` or `monitor.report()`.
 *
 * @example
 * ```ts
 * import { diagnose, toText } from 'gradient-health';
 *
 * const weight = { gradient: null, weightNorm: 1, updateNorm: 0, updateRatio: 0 };
 * const report = diagnose({
 *   schema: 1, model: null, backend: null, data: null,
 *   steps: [{ step: 0, wallTimeMs: 0, loss: 0.7, learningRate: 0.1, globalNorm: 0, variables: { 'dense/kernel': weight } }],
 * });
 * console.log(toText(report));
 * // No trouble found in 1 recorded step, too few to judge the loss by.
 * //
 * // Recorded: step 0, loss 0.7, global gradient norm 0.
 * //
 * // layer  gradient norm                            update ratio
 * // dense           none                                       0
 * ```
 */
export function toText(report: Report): string {
  assertReport('toText', report);
  const { run, verdict, findings } = report;
  const rows = layerRows(run);
  const parts = [
    plainText(verdict),
    run.steps.length === 0 ? '' : plainText(runSummary(run)),
    rows.length === 0 ? '' : table(rows),
    ...findings.map(findingText),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function table(rows: readonly LayerRow[]): string {
  const cells = [
    ['layer', 'gradient norm', '', 'update ratio'] as const,
    ...rows.map(({ path, gradientNorm, updateRatio, level }) => {
      const norm = gradientNorm === null ? 'none' : shortNumber(gradientNorm);
      return [plainText(path), norm, bar(level, barWidth), shortNumber(updateRatio)] as const;
    }),
  ];
  const width = (column: 0 | 1 | 3): number => Math.max(...cells.map((row) => row[column].length));
  const [paths, norms, ratios] = [width(0), width(1), width(3)];
  const line = ([path, norm, level, ratio]: (typeof cells)[number]): string =>
    `${path.padEnd(paths)}  ${norm.padStart(norms)}  ${level.padEnd(barWidth)}  ${ratio.padStart(ratios)}`;
  return cells.map(line).join('\n');
}
