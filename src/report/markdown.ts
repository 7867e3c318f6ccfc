import { assertReport } from '../record/assert-run.js';
import type { Report } from '../record/finding.js';
import { shortNumber } from '../record/short-number.js';
import { bar } from './bar.js';
import { findingMarkdown } from './finding-markdown.js';
import { type LayerRow, layerRows } from './layer-rows.js';
import { plainText } from './plain-text.js';
import { runSummary } from './run-summary.js';

const barWidth = 12;

/**
 * Writes a report as Markdown, for an issue, a pull request or a notebook. It holds what {@link toText} does; names cannot
 * break out of the table nor bring markup or HTML in.
 *
 * @param report - From `diagnose` or `monitor.report()`.
 *
 * @example
 * ```ts
 * import { diagnose, toMarkdown } from 'gradient-health';
 *
 * const report = diagnose({ schema: 1, model: null, backend: null, data: null, steps: [] });
 * console.log(toMarkdown(report));
 * // **No step was recorded, so there is nothing to judge: train at least one step while the monitor watches.**
 * ```
 */
export function toMarkdown(report: Report): string {
  assertReport('toMarkdown', report);
  const { run, verdict, findings } = report;
  const rows = layerRows(run);
  const parts = [
    `**${literal(verdict)}**`,
    run.steps.length === 0 ? '' : literal(runSummary(run)),
    rows.length === 0 ? '' : table(rows),
    ...findings.map((finding) => findingMarkdown(finding, literal)),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function table(rows: readonly LayerRow[]): string {
  const lines = rows.map(({ path, gradientNorm, updateRatio, level }) => {
    const norm = gradientNorm === null ? 'none' : shortNumber(gradientNorm);
    return `| ${literal(path)} | ${norm} | ${bar(level, barWidth)} | ${shortNumber(updateRatio)} |`;
  });
  return ['| layer | gradient norm | log scale | update ratio |', '| :-- | --: | :-- | --: |', ...lines].join(
    '\n',
  );
}

/** Text that Markdown shows as it is. An underscore between letters needs no escape and is common in names. */
function literal(text: string): string {
  return plainText(text)
    .trim()
    .replace(/[\\`*[\]<>|#&~$@]|:(?=\/\/)|(?<=www)\.|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, '\\$&')
    .replace(/^([-+=]|\d+(?=[.)]))/, (start) => (/\d/.test(start) ? `${start}\\` : `\\${start}`));
}
