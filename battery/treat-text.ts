import type { Program } from './program.js';
import { middle, shareText, short, table } from './text.js';
import type { TreatLine, TreatSummary } from './treat-summary.js';

/** One treated run as a line of progress. */
export function treatProgressText({
  id,
  seed,
  before,
  after,
  reached,
  applied,
  timeRatio,
  seconds,
}: TreatLine): string {
  const change = applied.length === 0 ? 'nothing changed' : applied.join(', ');
  const goal = reached ? 'goal reached' : 'goal missed';
  const time = `time x ${timeRatio.toFixed(2)} of ${seconds.untreated.toFixed(1)} s`;
  return `${id} seed ${seed}, ${change}: ${short(before)} -> ${short(after)} (${goal}), ${time}`;
}

/** A row for each program: what it reached without and with treatment, and what was changed. */
export function treatTable(programs: readonly Program[], lines: readonly TreatLine[]): string {
  const rows = programs.map(({ id, faulty }) => {
    const own = lines.filter((line) => line.id === id);
    const of = (holds: (line: TreatLine) => boolean) => `${own.filter(holds).length}/${own.length}`;
    return [
      id,
      faulty ? 'faulty' : 'healthy',
      of(({ reachedBefore }) => reachedBefore),
      of(({ reached }) => reached),
      short(middle(own.map(({ before }) => Number(before)))),
      short(middle(own.map(({ after }) => Number(after)))),
      middle(own.map(({ timeRatio }) => timeRatio)).toFixed(2),
      [...new Set(own.map(({ applied }) => applied.join(' + ') || 'nothing'))].join(', '),
    ];
  });
  const head = [
    'program',
    'is',
    'reached before',
    'after',
    'metric before',
    'after',
    'time ratio',
    'changed',
  ];
  return table([head, ...rows]);
}

/** The score of treatment. */
export function treatSummaryText(summary: TreatSummary, seeds: number): string {
  return [
    `${summary.programs} programs, ${seeds} seeds each`,
    `repaired       ${shareText(summary.repaired)} of the faulty programs reach their goal`,
    `left alone     ${shareText(summary.leftAlone)} of the healthy programs were not changed`,
    `still healthy  ${shareText(summary.stillHealthy)} of the healthy programs reach their goal`,
    `time           ${summary.timeRatio.toFixed(2)} times the CPU time of the untreated trainings`,
    `changes        ${summary.medianChanges ?? '-'} in the median`,
    `needed         ${shareText(summary.needed)} of the changes, without which a trial gets worse`,
  ].join('\n');
}

/** The score as the last line: plain numbers, and the 95 % intervals beside them. */
export function treatSummaryJson({
  repaired,
  leftAlone,
  stillHealthy,
  needed,
  ...rest
}: TreatSummary): string {
  return JSON.stringify({
    summary: true,
    ...rest,
    repaired: repaired.share,
    leftAlone: leftAlone.share,
    stillHealthy: stillHealthy.share,
    needed: needed.share,
    intervals: {
      repaired: [repaired.low, repaired.high],
      leftAlone: [leftAlone.low, leftAlone.high],
      stillHealthy: [stillHealthy.low, stillHealthy.high],
      needed: [needed.low, needed.high],
    },
  });
}
