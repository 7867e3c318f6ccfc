import type { Picture } from '../picture.js';
import { element } from './element.js';

/** The control that says which layer the charts show. */
export interface LayerChoice {
  readonly bar: HTMLElement;
  choose(layer: number): void;
  /** Chooses a layer, or all if it is the chosen one already. */
  toggle(layer: number): void;
  show(picture: Picture, layer: number | null): void;
}

/** @param chosen - Called with the layer, or `null` for all. */
export function createLayerChoice(chosen: (layer: number | null) => void): LayerChoice {
  const select = element('select', { id: 'layer' });
  const all = element('button', { type: 'button', hidden: true }, 'Show all layers');
  const bar = element(
    'nav',
    { class: 'choice', 'aria-label': 'What the charts show' },
    element('label', { for: 'layer' }, 'Layer'),
    select,
    all,
  );
  let listed = '';

  function set(layer: number | null): void {
    select.value = layer === null ? '' : String(layer);
    all.hidden = layer === null;
    chosen(layer);
  }
  select.addEventListener('change', () => set(select.value === '' ? null : Number(select.value)));
  all.addEventListener('click', () => {
    set(null);
    select.focus();
  });
  return {
    bar,
    choose: set,
    toggle: (layer) => set(select.value === String(layer) ? null : layer),
    show({ layers, gradient }, layer) {
      const order = [...(gradient?.rows ?? []), ...layers.keys()];
      const indices = [...new Set(order)];
      const names = JSON.stringify(indices.map((index) => layers[index]?.name));
      if (names !== listed) {
        listed = names;
        const options = indices.map((index) =>
          element('option', { value: String(index) }, layers[index]?.name ?? ''),
        );
        select.replaceChildren(element('option', { value: '' }, `All ${indices.length} layers`), ...options);
      }
      select.value = layer === null ? '' : String(layer);
      bar.hidden = indices.length < 2;
    },
  };
}
