/** A generated file of the documentation. */
export interface Page {
  /** Below `docs/`. */
  readonly path: string;
  readonly text: string;
}
