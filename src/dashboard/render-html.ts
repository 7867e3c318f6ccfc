import { assertReport } from '../record/assert-run.js';
import { toText } from '../report/text.js';
import { htmlPage } from './html-page.js';
import { layerPathsOf } from './layer-paths.js';
import type { PageReport } from './preflight-slope.js';
import { createSketch } from './sketch.js';

/**
 * Writes a report as a web page in one file: the verdict, the findings with evidence and remedies, and charts of gradients by
 * layer, histograms over time, updates, activations, the gradient through time, the loss and the cost of watching; each with a
 * line on how to read it, and only those that the run has data for.
 *
 * The page opens from disk, asks nothing of any network and allows no script but its own, by hash. Every name in the run is
 * shown as text; control characters and direction overrides are shown as `\u001b`, and very long names are cut. It follows the
 * reader's light or dark scheme, can be read by keyboard and screen reader, with each chart as a table, and prints. NaN,
 * infinite and zero gradients have colours of their own.
 *
 * Runs of any length fit: above 400 steps, neighbouring ones share a column of the charts, with least and greatest values where
 * a mean would hide something. A run of 100 000 steps and 50 layers is a file of a few megabytes.
 *
 * @param report - From `diagnose` or `monitor.report()`. A monitor keeps its newest 1000 records; the log of a `jsonlSink` has
 *   all of them, and `npx gradient-health report run.jsonl` makes the same page of it. A report of `preflight` has a chart of the
 *   gradient by depth before any training; `{ ...monitor.report(), profile }` with the `profile` of such a report has it too.
 * @example
 * ```ts
 * import { diagnose } from 'gradient-health';
 * import { renderHtml } from 'gradient-health/dashboard';
 *
 * const html = renderHtml(diagnose({ schema: 1, model: null, backend: null, data: null, steps: [] }));
 * console.log(html.slice(0, 15), html.includes('http-equiv="Content-Security-Policy"'));
 * // <!doctype html> true
 * ```
 */
export function renderHtml(report: PageReport): string {
  assertReport('renderHtml', report);
  const sketch = createSketch(layerPathsOf(report.run.model));
  for (const record of report.run.steps) sketch.add(record);
  return htmlPage(sketch.news(report), { plain: toText(report) });
}
