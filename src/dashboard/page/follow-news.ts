import { defined } from '../defined.js';
import type { HistogramNews, News, RecurrentNews, SpreadNews, StepNews, Tail } from '../news.js';
import type { Line, Picture, Range } from '../picture.js';
import { gridOf } from './grid.js';
import { histogramGridOf } from './histogram-grid.js';
import { recurrentPictures } from './recurrent-pictures.js';

/** Makes of news, told in order, what there is to show after each: the columns that were told before and stand are kept. */
export function createFollower(): (news: News) => Picture {
  let steps: readonly StepNews[] = [];
  let histograms: readonly HistogramNews[] = [];
  let recurrent: readonly RecurrentNews[] = [];
  return ({ tails, ...head }) => {
    steps = joined(steps, tails.steps);
    histograms = joined(histograms, tails.histograms);
    recurrent = joined(recurrent, tails.recurrent);
    const { clipName, order } = head;
    const watchShare = steps.map((column) => column.watchShare);
    const line = (of: 'gradient' | 'update' | 'dead' | 'saturated') => steps.map((column) => column[of]);
    const trouble = steps.map((column) => column.trouble);
    return {
      ...head,
      columns: steps.map(({ start }) => start),
      columnWidth: tails.steps.width,
      recurrent: recurrentPictures(recurrent, tails.recurrent.width, head),
      ...defined({
        clip: clipName === undefined ? undefined : clipOf(clipName, steps),
        gradient: gridOf(order, line('gradient'), trouble),
        update: gridOf(order, line('update')),
        dead: gridOf(order, line('dead')),
        saturated: gridOf(order, line('saturated')),
        histograms: histogramGridOf(histograms, tails.histograms.width, order),
        loss: rangeOf(steps.map(({ loss }) => loss)),
        globalNorm: rangeOf(steps.map(({ globalNorm }) => globalNorm)),
        watchShare: watchShare.some((share) => share !== null) ? watchShare : undefined,
      }),
    };
  };
}

function clipOf(name: string, steps: readonly StepNews[]): Picture['clip'] {
  return {
    name,
    fired: steps.map(({ clipped }) => clipped),
    rejected: steps.map(({ rejected }) => rejected),
  };
}

function joined<T>(known: readonly T[], { from, columns }: Tail<T>): T[] {
  return [...known.slice(0, from), ...columns];
}

/** `undefined` where nothing was measured. */
function rangeOf(spreads: readonly (SpreadNews | undefined)[]): Range | undefined {
  if (spreads.every((spread) => spread === undefined)) return undefined;
  const line = (index: 0 | 1 | 2): Line => spreads.map((spread) => spread?.[index] ?? null);
  return {
    least: line(0),
    mean: line(1),
    greatest: line(2),
    nonFinite: spreads.flatMap((spread, column) => ((spread?.[3] ?? 0) > 0 ? [column] : [])),
  };
}
