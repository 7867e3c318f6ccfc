import type { LastLine } from './json.js';
import type { Counts, RuleScore } from './summary.js';
import { type Share, shareOf } from './wilson.js';

/** The page `docs/calibration.md`: how often each rule was right, from the last lines of runs of the battery. */
export function calibrationPage(runs: readonly LastLine[]): string {
  return [preface, ...runs.map(section)].join('\n');
}

const preface = `# How often the rules are right

Measured, not promised: whole training programs, faulty and healthy, were trained under \`watch\` as anybody would, and their
findings counted. A program counts where a rule raises an alarm, a \`warning\` or an \`error\`, in a majority of its seeds.

- **faulty**, **healthy**: programs with an alarm of this rule. The second is the number of false alarms.
- **precision**: the share of faulty programs among them, with Wilson's 95 % interval. Few programs make a wide one: with ten
  alarms and none false it is 72 to 100 %.
- **right**: faulty programs whose own cause is one that this rule names, of those with an alarm. The others are no false
  alarms: a consequence is told too, below its cause.
- **first step**: the median over runs of faulty programs; a median between two steps is possible.

Where half of the programs are faulty, a rule that fires at random has a precision of one half. The programs of the battery were in
view while the rules were made, the planted faults of even seeds were not: believe these more.
`;

function section({ command, dropped, ...summary }: LastLine): string {
  const { programs, recall, falseAlarms, rightCause, intervals, medianFirstStep } = summary;
  const planted = dropped !== undefined;
  const whole = (name: keyof typeof intervals, share: number | null): string =>
    shareText({ share, low: intervals[name][0], high: intervals[name][1] });
  const rules = Object.entries(summary.perRule);
  const silent = rules.filter(([, { tp, fp }]) => tp + fp === 0).map(([rule]) => `\`${rule}\``);
  const why = (reason: string): number => (dropped ?? []).filter(({ why }) => why === reason).length;
  return [
    `## ${planted ? 'On planted faults' : 'On the programs of the battery'}`,
    '',
    '```sh',
    command,
    '```',
    '',
    `${programs} programs: ${whole('recall', recall)} of the faulty ones flagged, ${whole('falseAlarms', falseAlarms)} of the healthy ones; the`,
    `finding ranked first names the cause in ${whole('rightCause', rightCause)}; first finding at step ${medianFirstStep ?? '-'} in the median.`,
    ...(planted
      ? [
          '',
          `Each faulty one is a healthy program with one fault planted in it. Not counted: ${why('it still reaches the goal')} mutants that reach the goal all`,
          `the same, and ${why('its twin misses the goal')} whose healthy twin misses it too.`,
        ]
      : []),
    '',
    '| rule | faulty | healthy | precision | right | first step |',
    '|---|---|---|---|---|---|',
    ...rules.filter(([, { tp, fp }]) => tp + fp > 0).map(ruleRow),
    '',
    `Without an alarm: ${silent.join(', ') || 'none'}.`,
    '',
    'What a severity is worth: programs with any finding of it.',
    '',
    '| severity | faulty | healthy | precision |',
    '|---|---|---|---|',
    ...Object.entries(summary.perSeverity).map(
      ([severity, counts]) => `| ${severity} | ${countsText(counts)} |`,
    ),
    '',
  ].join('\n');
}

const ruleRow = ([rule, score]: readonly [string, RuleScore]): string =>
  `| \`${rule}\` | ${countsText(score)} | ${score.right} of ${score.tp} | ${score.medianFirstStep ?? '-'} |`;

const countsText = ({ tp, fp }: Counts): string => `${tp} | ${fp} | ${shareText(shareOf(tp, tp + fp))}`;

function shareText({ share, low, high }: Share): string {
  const percent = (value: number): string => (100 * value).toFixed(0);
  return share === null ? '-' : `${percent(share)} % (${percent(low)} to ${percent(high)})`;
}
