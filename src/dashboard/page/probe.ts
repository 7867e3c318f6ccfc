import type { Drawing } from './chart.js';
import { element, svg } from './element.js';

/** What a chart answers to pointer and keys. */
export interface ProbeOptions {
  /** Wraps the plot; takes the focus. */
  readonly stage: HTMLElement;
  readonly drawing: Drawing;
  readonly choose: (layer: number) => void;
}

interface Place {
  readonly column: number;
  readonly row: number;
}

/**
 * Lets a chart be read: the pointer and the arrow keys move a mark over it, and a note beside the mark tells the numbers there.
 * Enter or a click chooses the layer of the row.
 */
export function attachProbe({ stage, drawing, choose }: ProbeOptions): void {
  const { plot, probe } = drawing;
  const drawn = plot instanceof SVGSVGElement ? plot : plot.querySelector('svg');
  const [scaleX, scaleY] = [plot.scale('x'), plot.scale('y')];
  if (!drawn || !scaleX || probe.xs.length === 0) return;
  const xs = probe.xs.map((x) => Number(scaleX.apply(x)));
  const ys = probe.ys?.map((y) => Number(scaleY?.apply(y)));
  const note = element('output', { class: 'note', hidden: true, 'aria-live': 'off' });
  const upright = svg('line', { class: 'cursor', y1: 12, y2: Number(drawn.getAttribute('height')) - 34 });
  const dot = svg('circle', { class: 'cursor', r: ys ? 4 : 0 });
  const cursor = svg('g', { class: 'cursor', visibility: 'hidden', 'aria-hidden': 'true' }, upright, dot);
  drawn.append(cursor);
  stage.append(note);
  let place: Place = { column: xs.length - 1, row: 0 };

  function show(next: Place, aloud: boolean): void {
    place = next;
    const [x, y] = [xs[place.column] ?? 0, ys?.[place.row] ?? 0];
    for (const end of ['x1', 'x2']) upright.setAttribute(end, String(x));
    dot.setAttribute('cx', String(x));
    dot.setAttribute('cy', String(y));
    cursor.setAttribute('visibility', 'visible');
    note.setAttribute('aria-live', aloud ? 'polite' : 'off');
    note.replaceChildren(...probe.read(place.column, place.row).map((line) => element('span', {}, line)));
    note.hidden = false;
    const scale = drawn ? drawn.getBoundingClientRect().width / Number(drawn.getAttribute('width')) : 1;
    const rightHalf = x * scale > stage.clientWidth / 2;
    note.style.left = rightHalf ? '' : `${x * scale + 14}px`;
    note.style.right = rightHalf ? `${stage.clientWidth - x * scale + 14}px` : '';
    note.style.top = `${ys ? Math.max(0, y * scale - 24) : 16}px`;
  }
  function hide(): void {
    cursor.setAttribute('visibility', 'hidden');
    note.hidden = true;
  }
  function pick(): void {
    const layer = probe.layerAt?.(place.row);
    if (layer !== undefined) choose(layer);
  }
  const placeAt = (event: PointerEvent): Place => {
    const box = drawn.getBoundingClientRect();
    const scale = Number(drawn.getAttribute('width')) / box.width;
    const [x, y] = [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
    return { column: nearest(xs, x), row: ys ? nearest(ys, y) : 0 };
  };

  drawn.addEventListener('pointermove', (event) => show(placeAt(event), false));
  drawn.addEventListener('pointerleave', () => {
    if (stage !== focused(stage)) hide();
  });
  drawn.addEventListener('click', (event) => {
    show(placeAt(event as PointerEvent), false);
    pick();
  });
  stage.onkeydown = (event) => {
    const next = moved(event, place, xs.length, ys?.length ?? 1);
    if (next) show(next, true);
    else if (event.key === 'Enter') pick();
    else if (event.key === 'Escape') hide();
    else return;
    event.preventDefault();
  };
  stage.onfocus = () => {
    // A click sets its own place.
    if (stage.matches(':focus-visible')) show(place, true);
  };
  stage.onblur = hide;
}

function moved(
  { key, shiftKey }: KeyboardEvent,
  { column, row }: Place,
  columns: number,
  rows: number,
): Place | undefined {
  const stride = shiftKey ? 10 : 1;
  const steps: Readonly<Record<string, readonly [number, number]>> = {
    ArrowLeft: [-stride, 0],
    ArrowRight: [stride, 0],
    ArrowUp: [0, -stride],
    ArrowDown: [0, stride],
    Home: [-columns, 0],
    End: [columns, 0],
  };
  const step = steps[key];
  return step && { column: within(column + step[0], columns), row: within(row + step[1], rows) };
}

function within(index: number, count: number): number {
  return Math.min(count - 1, Math.max(0, index));
}

function nearest(places: readonly number[], place: number): number {
  let best = 0;
  for (const [index, candidate] of places.entries()) {
    if (Math.abs(candidate - place) < Math.abs((places[best] ?? 0) - place)) best = index;
  }
  return best;
}

function focused(stage: HTMLElement): Element | null {
  const root = stage.getRootNode();
  return root instanceof Document || root instanceof ShadowRoot ? root.activeElement : null;
}
