import type { Plot } from '@observablehq/plot';
import type { Picture } from '../picture.js';
import type { Theme } from './theme.js';

/** What a chart is drawn from. */
export interface Scene {
  readonly picture: Picture;
  /** The one layer to show, or all. */
  readonly layer: number | null;
  /** In pixels. */
  readonly width: number;
  readonly theme: Theme;
}

/** One kind of chart. */
export interface Chart {
  readonly id: string;
  readonly title: string;
  /** What its pattern means, for someone who sees it for the first time. */
  readonly howToRead: string;
  /** Whether there is anything to draw. */
  applies(picture: Picture): boolean;
  draw(scene: Scene): Drawing;
}

/** A chart as drawn. */
export interface Drawing {
  /** What it shows, in one sentence with numbers: also its accessible name. */
  readonly takeaway: string;
  readonly plot: (SVGSVGElement | HTMLElement) & Plot;
  readonly key?: HTMLElement;
  readonly probe: Probe;
  /** The same numbers as text. */
  table(): Table;
}

/** Where a chart can be read by pointer or keyboard. */
export interface Probe {
  /** Places along x and, in charts with rows, along y, in the units of the scales. */
  readonly xs: readonly number[];
  readonly ys?: readonly number[];
  /** Lines of text at a place. */
  read(column: number, row: number): readonly string[];
  /** The layer of a row, for a click on it. */
  layerAt?(row: number): number | undefined;
}

export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}
