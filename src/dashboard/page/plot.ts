import * as Plot from '@observablehq/plot';

/** Space left of the vertical axis: for the longest of these labels, in the page's small type. */
export function labelMargin(labels: readonly string[]): number {
  const longest = Math.max(...labels.map((label) => Array.from(label).length), 0);
  return Math.min(170, Math.max(56, 14 + 6.4 * longest));
}

/**
 * Draws without what would be in the way: Plot's own style sheet needs `unsafe-inline`, so what matters of it stands in the
 * page's; its labels of marks (`line`, `rect`) name kinds and not contents, and the drawing as a whole has a label of ours.
 */
export function draw(options: Plot.PlotOptions): (SVGSVGElement | HTMLElement) & Plot.Plot {
  const plot = Plot.plot({ className: 'plot', marginTop: 12, marginBottom: 34, marginRight: 16, ...options });
  for (const style of plot.querySelectorAll('style')) style.remove();
  for (const mark of plot.querySelectorAll('[aria-label]')) mark.removeAttribute('aria-label');
  return plot;
}

/** The axis of the training steps: whole numbers, also where there are few. */
export function stepAxis([from, to]: readonly [number, number]): Plot.Markish {
  const few = to - from <= 12;
  return Plot.axisX({
    label: 'training step',
    labelArrow: 'none',
    tickSize: 4,
    ...(few && { interval: 1, tickFormat: String }),
  });
}
