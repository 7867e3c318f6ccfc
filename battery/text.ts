import { reaches } from './goal.js';
import type { Half } from './mutants/draw-mutants.js';
import type { Dropped } from './mutants/prove-mutants.js';
import type { Program } from './program.js';
import type { Line, Summary } from './summary.js';
import type { Share } from './wilson.js';

/** One run as a line of progress. */
export function progressText({ goal }: Program, line: Line, backend: string, seconds: number): string {
  const measured = goal
    ? `${goal.metric} ${short(line.metric)} (goal ${reached(goal, line) ? 'reached' : 'missed'})`
    : '';
  const loss = goal?.metric === 'loss' ? '' : `loss ${short(line.loss)}`;
  const fired = line.fired
    .filter(({ severity }) => severity !== 'info')
    .map(({ rule, firstStep }) => `${rule}@${firstStep}`);
  const rules = [...new Set(fired)].join(' ') || 'nothing found';
  return [
    `${line.id} seed ${line.seed} on ${backend}`,
    `${line.steps} steps`,
    loss,
    measured,
    rules,
    `${seconds.toFixed(1)} s`,
  ]
    .filter(Boolean)
    .join(', ');
}

/** A row for each program: what it is, how it went, what was found. */
export function programTable(programs: readonly Program[], lines: readonly Line[]): string {
  const rows = programs.map((program) => {
    const own = lines.filter(({ id }) => id === program.id);
    const of = (holds: (line: Line) => boolean) => `${own.filter(holds).length}/${own.length}`;
    const { goal, causes = [] } = program;
    return [
      program.id,
      program.faulty ? 'faulty' : 'healthy',
      of(({ fired }) => fired.some(({ severity }) => severity !== 'info')),
      program.faulty ? of(({ first }) => first !== null && causes.includes(first)) : '-',
      goal ? of((line) => reached(goal, line)) : '-',
      short(middle(own.map(({ metric }) => Number(metric)))),
      [...new Set(own.map(({ first }) => first ?? 'nothing'))].join(', '),
    ];
  });
  const head = ['program', 'is', 'flagged', 'right cause', 'goal reached', 'median metric', 'first finding'];
  return table([head, ...rows]);
}

/** The score of the rules. */
export function summaryText(summary: Summary, seeds: number): string {
  const rules = Object.entries(summary.perRule).map(([rule, { tp, fp, right, medianFirstStep }]) =>
    [rule, tp, fp, right, medianFirstStep ?? '-'].map(String),
  );
  return [
    `${summary.programs} programs, ${seeds} seeds each`,
    `recall        ${shareText(summary.recall)} of the faulty programs flagged`,
    `false alarms  ${shareText(summary.falseAlarms)} of the healthy programs flagged`,
    `right cause   ${shareText(summary.rightCause)} of the faulty programs`,
    `first finding at step ${summary.medianFirstStep ?? '-'} in the median`,
    '',
    table([['rule', 'faulty', 'healthy', 'right', 'first step'], ...rules]),
  ].join('\n');
}

/** What was planted and is not counted. */
export function droppedText(dropped: readonly Dropped[], half: Half): string {
  const count = (why: Dropped['why']) => dropped.filter((each) => each.why === why).length;
  return [
    `planted faults of the half for ${half}`,
    `dropped  ${count('it still reaches the goal')} mutants that still reach the goal`,
    `         ${count('its twin misses the goal')} mutants whose twin misses the goal too`,
  ].join('\n');
}

/** A row for each detector, on the same programs and seeds. */
export function comparisonTable(scores: readonly (readonly [name: string, score: Summary])[]): string {
  const head = ['detector', 'recall', 'false alarms', 'right cause', 'median first step'];
  const rows = scores.map(([name, { recall, falseAlarms, rightCause, medianFirstStep }]) => [
    name,
    ...[recall, falseAlarms, rightCause].map(shareText),
    String(medianFirstStep ?? '-'),
  ]);
  return table([head, ...rows]);
}

function reached(goal: NonNullable<Program['goal']>, { metric }: Line): boolean {
  return reaches(goal, Number(metric));
}

export function shareText({ share, low, high }: Share): string {
  const percent = (value: number) => `${(100 * value).toFixed(0)} %`;
  return share === null ? 'none' : `${percent(share)} (95 % interval ${percent(low)} to ${percent(high)})`;
}

export function short(value: number | string): string {
  return typeof value === 'string' || !Number.isFinite(value)
    ? String(value)
    : String(Number(value.toPrecision(3)));
}

export function middle(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
