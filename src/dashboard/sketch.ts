import type { Run, StepRecord } from '../record/run.js';
import { createColumns } from './columns.js';
import { type DepthProfile, depthSlope } from './depth-slope.js';
import { findingCard } from './finding-card.js';
import { gridOf, troubleOf } from './grid.js';
import {
  addHistogram,
  emptyHistogramColumn,
  histogramGridOf,
  mergeHistogramColumns,
} from './histogram-column.js';
import { axisLabel, shownText } from './label.js';
import { average, meanOf } from './layer-cell.js';
import { addSums, createLayerIndex, type LayerIndex, type LayerSums, sumLayers } from './layer-norms.js';
import type { Picture } from './picture.js';
import { type PageReport, preflightSlope } from './preflight-slope.js';
import {
  addThroughTime,
  emptyRecurrentColumn,
  mergeRecurrentColumns,
  recurrentPictures,
} from './recurrent-column.js';
import { runFacts, stateOf } from './run-facts.js';
import { addStep, cellOf, emptyStepColumn, mergeStepColumns, rangeOf } from './step-column.js';

/** As wide as a chart has pixels to tell columns apart. */
const mostColumns = 400;
/** Of whole histograms, which take more room each. */
const mostHistogramColumns = 96;
const mostRecurrentColumns = 128;

/** What the picture of a growing run is made from: bounded in size, whatever the run's length. */
export interface Sketch {
  /** Takes a record in. One whose step is not above the last makes the run begin anew from there. */
  add(record: StepRecord): void;
  /**
   * The picture so far.
   *
   * @param report - Judges the run; of its records only the first and the last are looked at.
   */
  picture(report: PageReport): Picture;
}

/** @param isLayer - Whether the model has a layer of this path. */
export function createSketch(isLayer: (path: string) => boolean): Sketch {
  const layers = createLayerIndex(isLayer);
  const steps = createColumns(mostColumns, emptyStepColumn, mergeStepColumns);
  const histograms = createColumns(mostHistogramColumns, emptyHistogramColumn, mergeHistogramColumns);
  const recurrent = createColumns(mostRecurrentColumns, emptyRecurrentColumn, mergeRecurrentColumns);
  let lastStep = -1;
  let recorded = 0;
  let clipName: string | undefined;
  let first: DepthProfile | undefined;
  /** Of the last record. */
  const sums: LayerSums[] = [];

  function startOver(step: number): void {
    for (const columns of [steps, histograms, recurrent]) columns.dropFrom(step);
    if (first !== undefined && first.step >= step) first = undefined;
  }

  function add(record: StepRecord): void {
    const { step } = record;
    if (step <= lastStep) startOver(step);
    lastStep = step;
    recorded++;
    clipName = record.clip?.name ?? clipName;
    const column = steps.at(step);
    addStep(column, record);
    sumLayers(sums, record, layers, (layer, gradient) => addHistogram(histograms.at(step), layer, gradient));
    for (let layer = 0; layer < sums.length; layer++) {
      const sum = sums[layer];
      if (sum !== undefined && sum.weight + sum.update + sum.gradient !== 0)
        addSums(cellOf(column, layer), sum);
    }
    for (const [path, { deadShare, saturatedShare }] of Object.entries(record.layers ?? {})) {
      const cell = cellOf(column, layers.indexOf(path));
      average(cell.dead, deadShare);
      average(cell.saturated, saturatedShare);
    }
    for (const [path, through] of Object.entries(record.throughTime ?? {})) {
      addThroughTime(recurrent.at(step), layers.indexOf(path), through);
    }
    first ??= profile();
  }

  function profile(): DepthProfile {
    return {
      step: lastStep,
      norms: new Map(
        sums.flatMap(({ hasGradient, gradient }, layer) =>
          hasGradient ? [[layer, Math.log10(gradient) / 2] as const] : [],
        ),
      ),
    };
  }

  function picture(report: PageReport): Picture {
    const { run, verdict, findings, profile: before } = report;
    const preflight = before && preflightSlope(before, layers.indexOf);
    const facts = new Map(run.model?.layers.map((layer) => [layer.path, layer]));
    const order = inDepthOrder(layers, run);
    const columns = steps.entries();
    const values = columns.map(([, column]) => column);
    const share = values.map(({ watchShare }) => meanOf(watchShare));
    const range = {
      loss: rangeOf(values.map(({ loss }) => loss)),
      norm: rangeOf(values.map(({ globalNorm }) => globalNorm)),
    };
    const depths = new Map(
      order.flatMap((layer) => {
        const depth = facts.get(layers.paths[layer] ?? '')?.depth;
        return depth === undefined ? [] : [[layer, depth] as const];
      }),
    );
    // One step that was not taken shows nothing that the look before training does not.
    const slope = preflight && recorded < 2 ? undefined : depthSlope(first, profile(), depths);
    const grids = {
      gradient: gridOf(values, order, ({ gradient }) => gradient, troubleOf),
      update: gridOf(values, order, ({ update }) => update),
      dead: gridOf(values, order, ({ dead }) => dead),
      saturated: gridOf(values, order, ({ saturated }) => saturated),
      histograms: histogramGridOf(histograms.entries(), histograms.width, order),
    };
    return {
      verdict: shownText(verdict, 1200),
      state: stateOf(report),
      facts: runFacts(report, recorded),
      findings: findings.map((finding) => {
        // It may name a weight of the layer.
        const candidates = [finding.where, finding.where.slice(0, finding.where.lastIndexOf('/'))];
        const layer = candidates.map((path) => layers.paths.indexOf(path)).find((index) => index >= 0);
        return findingCard(finding, layer);
      }),
      layers: layers.paths.map((path) => {
        const className = facts.get(path)?.className;
        return {
          name: shownText(path),
          label: axisLabel(path),
          ...(className && { className: shownText(className) }),
        };
      }),
      columns: columns.map(([start]) => start),
      columnWidth: steps.width,
      lastStep: Math.max(0, lastStep),
      ...(clipName !== undefined && {
        clip: {
          name: shownText(clipName),
          fired: values.map(({ clipped }) => meanOf(clipped)),
          rejected: values.map(({ rejected }) => meanOf(rejected)),
        },
      }),
      ...defined(grids),
      recurrent: recurrentPictures(recurrent.entries(), recurrent.width, order),
      ...(range.loss && { loss: range.loss }),
      ...(range.norm && { globalNorm: range.norm }),
      ...(share.some((value) => value !== null) && { watchShare: share }),
      ...(preflight && { preflight }),
      ...(slope && { slope }),
    };
  }

  return { add, picture };
}

/** Layers in the order of depth, then as they turned up. */
function inDepthOrder({ paths }: LayerIndex, { model }: Run): number[] {
  const depths = new Map(model?.layers.map(({ path, depth }) => [path, depth]));
  const depthOf = (index: number): number => depths.get(paths[index] ?? '') ?? Number.MAX_SAFE_INTEGER;
  return [...paths.keys()].sort((a, b) => depthOf(a) - depthOf(b) || a - b);
}

/** Without the properties that are `undefined`. */
function defined<T extends object>(parts: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };
}
