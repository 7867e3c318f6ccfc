import type { Report } from '../record/finding.js';
import { layerPathsOf } from './layer-paths.js';
import { createApp } from './page/app.js';
import { pageStyle } from './page-source.js';
import { createSketch, type Sketch } from './sketch.js';

/**
 * An element of a page, as `document.querySelector` finds it: told by what every element has, so that a project without the types
 * of the DOM compiles too.
 */
export interface HostElement {
  /** Upper-case in HTML. */
  readonly tagName: string;
  /** The page that it stands in. */
  readonly ownerDocument: object;
}

/** What {@link mountDashboard} shows: a `Monitor`, or anything else that reports on a run. */
export interface DashboardSource {
  /** The report as it is now. */
  report(): Report;
}

/** Shortest time between two looks at the monitor. */
const lookEveryMs = 500;
/** Looking and drawing take at most one part in so many of the page's time: training runs in the same thread. */
const restPerWork = 50;

/**
 * Shows the dashboard of a running monitor in a page, the same that {@link renderHtml} writes, and keeps it current.
 *
 * It looks at the monitor twice a second, or more rarely where drawing takes long: it never takes more than one fiftieth of the
 * page's time. Charts out of sight and hidden pages are not drawn. Everything stands in a shadow root, so styles of the page and
 * of the dashboard do not meet; a content security policy needs `img-src data:` and nothing for scripts or styles.
 *
 * @param element - Where the dashboard is added, behind what is in it.
 * @param source - The monitor of `watch(model)`.
 * @returns A function that removes the dashboard.
 * @throws TypeError when `element` is no element, for example where `querySelector` found none.
 * @example
 * In a page: `const remove = mountDashboard(document.querySelector('#health'), watch(model));`
 */
export function mountDashboard(element: HostElement, source: DashboardSource): () => void {
  const host = element as unknown;
  if (!(host instanceof HTMLElement)) {
    throw new TypeError(`mountDashboard: element must be an HTML element of the page, got ${String(host)}`);
  }
  if (typeof (source as Partial<DashboardSource> | undefined)?.report !== 'function') {
    throw new TypeError('mountDashboard: source must be a monitor, as watch(model) returns it');
  }
  const box = document.createElement('div');
  const shadow = box.attachShadow({ mode: 'open' });
  const style = new CSSStyleSheet();
  style.replaceSync(pageStyle);
  shadow.adoptedStyleSheets = [style];
  const root = document.createElement('div');
  shadow.append(root);
  host.append(box);

  const app = createApp(root);
  let sketch: Sketch | undefined;
  let paths = '';
  let taken = -1;
  let looks = 0;
  let shown = -1;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function look(): void {
    looks++;
    const report = source.report();
    const { model, steps } = report.run;
    const now = JSON.stringify(model?.layers.map(({ path }) => path));
    // Compiled anew, or begun anew: another model.
    if (sketch === undefined || now !== paths || (steps.at(-1)?.step ?? -1) < taken) {
      sketch = createSketch(layerPathsOf(model), () => looks);
      shown = -1;
      paths = now;
      taken = -1;
    }
    const fresh = steps.filter(({ step }) => step > taken);
    for (const record of fresh) sketch.add(record);
    taken = steps.at(-1)?.step ?? -1;
    app.show(sketch.news(report, shown));
    shown = looks;
  }
  function loop(): void {
    const started = performance.now();
    if (!document.hidden) look();
    timer = setTimeout(loop, Math.max(lookEveryMs, restPerWork * (performance.now() - started)));
  }
  loop();
  return () => {
    clearTimeout(timer);
    app.remove();
    box.remove();
  };
}
