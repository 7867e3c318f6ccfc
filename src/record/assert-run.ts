import type { Report } from './finding.js';
import type { Run } from './run.js';

type Fields = Readonly<Record<string, unknown>>;

const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null ? (value as Fields) : {};

const typeOf = (value: unknown): string => (value === null ? 'null' : typeof value);

/** Refuses what is no run, in words for who has a monitor or a report at hand. */
export function assertRun(caller: string, run: Run): void {
  const { steps, run: inner } = fieldsOf(run);
  if (Array.isArray(steps)) return;
  const hint = inner === undefined ? '' : ' that holds one; give its run';
  throw new TypeError(`${caller}: expected a run, such as monitor.run, got ${typeOf(run)}${hint}`);
}

/** Refuses what is no report, in words for who has a monitor or a run at hand. */
export function assertReport(caller: string, report: Report): void {
  const { run, findings, verdict, report: make, steps } = fieldsOf(report);
  if (Array.isArray(findings) && typeof verdict === 'string' && Array.isArray(fieldsOf(run)['steps'])) return;
  const hint =
    typeof make === 'function'
      ? ' that makes one; call its report()'
      : Array.isArray(steps)
        ? ', a run; diagnose(run) makes one of it'
        : '';
  throw new TypeError(`${caller}: expected a report, such as monitor.report(), got ${typeOf(report)}${hint}`);
}
