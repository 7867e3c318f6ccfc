export function mount(window: { document: string }): HTMLElement | null {
  return document.getElementById(window.document);
}
