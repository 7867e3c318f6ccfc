const svgNamespace = 'http://www.w3.org/2000/svg';

/** Properties of a new element: attributes, and listeners by `onclick` and the like. */
export type Attributes = Readonly<
  Record<string, string | number | boolean | ((event: Event) => void) | undefined>
>;

/** Makes an element. Strings become text, never markup. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  dress(made, attributes);
  made.append(...children);
  return made;
}

/** Makes an element of a drawing. */
export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): SVGElementTagNameMap[K] {
  const made = document.createElementNS(svgNamespace, tag);
  dress(made, attributes);
  made.append(...children);
  return made;
}

function dress(target: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') target.addEventListener(name.slice(2), value);
    else if (value === true) target.setAttribute(name, '');
    else if (value !== false && value !== undefined) target.setAttribute(name, String(value));
  }
}
