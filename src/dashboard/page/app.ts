import type { News } from '../news.js';
import type { Picture } from '../picture.js';
import type { Chart, Scene } from './chart.js';
import { costChart } from './charts/cost.js';
import { gateChart } from './charts/gates.js';
import { gradientMap } from './charts/gradient-map.js';
import { histogramMap } from './charts/histogram-map.js';
import { preflightChart } from './charts/preflight.js';
import { lossChart, normChart } from './charts/range-charts.js';
import { deadMap, saturatedMap } from './charts/share-maps.js';
import { slopeChart } from './charts/slope.js';
import { cellThroughTime, hiddenThroughTime } from './charts/through-time.js';
import { updateBand } from './charts/update-band.js';
import { element } from './element.js';
import { createFollower } from './follow-news.js';
import { createFrame, type Frame } from './frame.js';
import { findingsPart, verdictPart } from './head.js';
import { createLayerChoice } from './layer-choice.js';
import { darkTheme, lightTheme, type Theme } from './theme.js';

/** In the order of a visit to the doctor: what, where, since when, why. */
const charts: readonly Chart[] = [
  gradientMap,
  histogramMap,
  updateBand,
  deadMap,
  saturatedMap,
  hiddenThroughTime,
  cellThroughTime,
  gateChart,
  lossChart,
  normChart,
  preflightChart,
  slopeChart,
  costChart,
];

const widest = 1040;

/** The page of one run. */
export interface App {
  /** Shows the run as it is with these news, the first of which are whole. */
  show(news: News): void;
  /** Tells under the head how live it is; an empty text hides it. */
  status(text: string): void;
  remove(): void;
}

/** Builds the page in an element, which it fills. */
export function createApp(root: HTMLElement): App {
  const cleanUp = new AbortController();
  const { signal } = cleanUp;
  const status = element('p', { class: 'status', role: 'status', hidden: true });
  const verdict = element('div', { class: 'verdict-slot' });
  const findings = element('section', { class: 'findings-slot', 'aria-label': 'Findings' });
  const choice = createLayerChoice((next) => {
    layer = next;
    showCharts();
  });
  const frames = new Map<Chart, Frame>();
  const figures = element('div', { class: 'figures' });
  root.replaceChildren(
    element(
      'main',
      { class: 'page' },
      status,
      verdict,
      findings,
      choice.bar,
      figures,
      element('footer', {}, 'Made by gradient-health.'),
    ),
  );

  const prefersDark = matchMedia('(prefers-color-scheme: dark)');
  const follow = createFollower();
  let picture: Picture | undefined;
  let layer: number | null = null;
  let printing = false;
  let shown = { verdict: '', findings: '' };

  const theme = (): Theme => (prefersDark.matches && !printing ? darkTheme : lightTheme);
  const width = (): number => Math.min(widest, Math.max(280, Math.floor(figures.clientWidth) || widest));

  function frameOf(chart: Chart): Frame {
    const known = frames.get(chart);
    if (known) return known;
    const made = createFrame(chart, choice.toggle);
    frames.set(chart, made);
    // In the order of the list, whenever its data came.
    const after = charts.slice(charts.indexOf(chart) + 1).map((later) => frames.get(later)?.figure);
    figures.insertBefore(made.figure, after.find((figure) => figure !== undefined) ?? null);
    return made;
  }
  function showCharts(): void {
    if (!picture) return;
    const scene: Scene = { picture, layer, width: width(), theme: theme() };
    for (const chart of charts) {
      if (chart.applies(picture)) frameOf(chart).show(scene);
      else frames.get(chart)?.figure.remove();
      if (!chart.applies(picture)) frames.delete(chart);
    }
  }
  function print(on: boolean): void {
    printing = on;
    showCharts();
    if (on) for (const frame of frames.values()) frame.complete();
  }

  prefersDark.addEventListener('change', showCharts, { signal });
  addEventListener('beforeprint', () => print(true), { signal });
  addEventListener('afterprint', () => print(false), { signal });
  let drawnWidth = 0;
  const resized = new ResizeObserver(() => {
    if (width() === drawnWidth) return;
    drawnWidth = width();
    showCharts();
  });
  resized.observe(figures);

  return {
    show(news) {
      const next = follow(news);
      picture = next;
      const now = {
        verdict: JSON.stringify([next.verdict, next.state, next.facts]),
        findings: JSON.stringify(next.findings),
      };
      if (now.verdict !== shown.verdict) verdict.replaceChildren(verdictPart(next));
      if (now.findings !== shown.findings) findings.replaceChildren(...findingsPart(next, choice.choose));
      findings.hidden = next.findings.length === 0;
      shown = now;
      if (layer !== null && next.layers[layer] === undefined) layer = null;
      choice.show(next, layer);
      showCharts();
    },
    status(text) {
      status.textContent = text;
      status.hidden = text === '';
    },
    remove() {
      cleanUp.abort();
      resized.disconnect();
      root.replaceChildren();
    },
  };
}
