import type { Run, StepRecord } from '../record/run.js';
import { type ColumnTail, createColumns } from './columns.js';
import { type DepthProfile, depthSlope } from './depth-slope.js';
import { findingCard } from './finding-card.js';
import {
  addHistogram,
  emptyHistogramColumn,
  histogramNews,
  mergeHistogramColumns,
} from './histogram-column.js';
import { axisLabel, shownText } from './label.js';
import { average } from './layer-cell.js';
import { addSums, createLayerIndex, type LayerIndex, type LayerSums, sumLayers } from './layer-norms.js';
import type { News, Tail } from './news.js';
import { type PageReport, preflightSlope } from './preflight-slope.js';
import {
  addThroughTime,
  emptyRecurrentColumn,
  mergeRecurrentColumns,
  recurrentNews,
} from './recurrent-column.js';
import { runFacts, stateOf } from './run-facts.js';
import { addStep, cellOf, emptyStepColumn, mergeStepColumns, stepNews } from './step-column.js';

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
   * What there is to show now.
   *
   * @param report - Judges the run; of its records only the first and the last are looked at.
   * @param since - Columns that have not changed after that are left out, by the clock that the sketch was given. Default: none.
   */
  news(report: PageReport, since?: number): News;
}

/**
 * @param isLayer - Whether the model has a layer of this path.
 * @param now - A clock that is moved on with every record; only news since a time need one.
 */
export function createSketch(isLayer: (path: string) => boolean, now: () => number = () => 0): Sketch {
  const layers = createLayerIndex(isLayer);
  const steps = createColumns({ limit: mostColumns, empty: emptyStepColumn, merge: mergeStepColumns, now });
  const histograms = createColumns({
    limit: mostHistogramColumns,
    empty: emptyHistogramColumn,
    merge: mergeHistogramColumns,
    now,
  });
  const recurrent = createColumns({
    limit: mostRecurrentColumns,
    empty: emptyRecurrentColumn,
    merge: mergeRecurrentColumns,
    now,
  });
  /** Longest sequence by recurrent layer. */
  const timeSteps = new Map<number, number>();
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
      const layer = layers.indexOf(path);
      addThroughTime(recurrent.at(step), layer, through);
      const { length } = through.hiddenGradientNorms;
      if (length <= (timeSteps.get(layer) ?? -1)) continue;
      timeSteps.set(layer, length);
      // More time steps may share a row from now on.
      recurrent.touch();
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

  function news(report: PageReport, since = -1): News {
    const { run, verdict, findings, profile: before } = report;
    const preflight = before && preflightSlope(before, layers.indexOf);
    const facts = new Map(run.model?.layers.map((layer) => [layer.path, layer]));
    const order = inDepthOrder(layers, run);
    const depths = new Map(
      order.flatMap((layer) => {
        const depth = facts.get(layers.paths[layer] ?? '')?.depth;
        return depth === undefined ? [] : [[layer, depth] as const];
      }),
    );
    // One step that was not taken shows nothing that the look before training does not.
    const slope = preflight && recorded < 2 ? undefined : depthSlope(first, profile(), depths);
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
      lastStep: Math.max(0, lastStep),
      order,
      ...(clipName !== undefined && { clipName: shownText(clipName) }),
      timeSteps: [...timeSteps],
      tails: {
        steps: told(steps.tail(since), stepNews),
        histograms: told(histograms.tail(since), histogramNews),
        recurrent: told(recurrent.tail(since), (start, column) => recurrentNews(start, column, timeSteps)),
      },
      ...(preflight && { preflight }),
      ...(slope && { slope }),
    };
  }

  return { add, news };
}

/** Layers in the order of depth, then as they turned up. */
function inDepthOrder({ paths }: LayerIndex, { model }: Run): number[] {
  const depths = new Map(model?.layers.map(({ path, depth }) => [path, depth]));
  const depthOf = (index: number): number => depths.get(paths[index] ?? '') ?? Number.MAX_SAFE_INTEGER;
  return [...paths.keys()].sort((a, b) => depthOf(a) - depthOf(b) || a - b);
}

function told<T, N>({ from, width, columns }: ColumnTail<T>, tell: (start: number, column: T) => N): Tail<N> {
  return { from, width, columns: columns.map(([start, column]) => tell(start, column)) };
}
