import type { Chart, Scene, Table } from './chart.js';
import { element } from './element.js';
import { attachProbe } from './probe.js';

/** The place of one chart on the page: it stays while what it shows changes, so focus and open tables do too. */
export interface Frame {
  readonly figure: HTMLElement;
  /** Draws anew, at once where it is in sight, else when it comes there. */
  show(scene: Scene): void;
  /** Draws what has waited, before printing. */
  complete(): void;
}

/** @param choose - Called with the layer that was clicked. */
export function createFrame(chart: Chart, choose: (layer: number) => void): Frame {
  const takeaway = element('p', { class: 'takeaway' });
  const stage = element('div', {
    class: 'stage',
    tabindex: '0',
    role: 'group',
    'aria-roledescription': 'chart',
  });
  const key = element('div', { class: 'key-slot' });
  const table = element('div', {
    class: 'table',
    tabindex: '0',
    role: 'region',
    'aria-label': `${chart.title}: numbers`,
  });
  const details = element('details', {}, element('summary', {}, 'Numbers as a table'), table);
  const figure = element(
    'figure',
    { id: chart.id },
    element('h2', {}, chart.title),
    takeaway,
    key,
    stage,
    element('figcaption', {}, element('b', {}, 'How to read this. '), chart.howToRead),
    details,
  );
  let scene: Scene | undefined;
  let inSight = false;
  let stale = false;
  let writeTable: (() => Table) | undefined;

  function fillTable(): void {
    if (details.open && writeTable) table.replaceChildren(tableOf(writeTable()));
  }
  function draw(): void {
    if (!scene || !stale) return;
    stale = false;
    const drawing = chart.draw(scene);
    const hadFocus = stage.matches(':focus-visible');
    takeaway.textContent = drawing.takeaway;
    drawing.plot.setAttribute('role', 'img');
    drawing.plot.setAttribute('aria-label', `${chart.title}. ${drawing.takeaway}`);
    stage.setAttribute('aria-label', `${chart.title}. ${drawing.takeaway} Arrow keys read the numbers.`);
    key.replaceChildren(...(drawing.key ? [drawing.key] : []));
    stage.replaceChildren(drawing.plot);
    attachProbe({ stage, drawing, choose });
    if (hadFocus) stage.dispatchEvent(new FocusEvent('focus'));
    writeTable = drawing.table;
    fillTable();
  }
  details.addEventListener('toggle', fillTable);
  new IntersectionObserver(
    (entries) => {
      inSight = entries.at(-1)?.isIntersecting ?? false;
      if (inSight) draw();
    },
    { rootMargin: '400px' },
  ).observe(figure);
  return {
    figure,
    show(next) {
      scene = next;
      stale = true;
      if (inSight) draw();
    },
    complete: draw,
  };
}

function tableOf({ head, rows }: Table): HTMLTableElement {
  const cell = (text: string, index: number): HTMLElement =>
    index === 0 ? element('th', { scope: 'row' }, text) : element('td', {}, text);
  return element(
    'table',
    {},
    element(
      'thead',
      {},
      element(
        'tr',
        {},
        ...head.map((text) => element(text === '' ? 'td' : 'th', text === '' ? {} : { scope: 'col' }, text)),
      ),
    ),
    element('tbody', {}, ...rows.map((row) => element('tr', {}, ...row.map(cell)))),
  );
}
