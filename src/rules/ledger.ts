import type { Finding, Report, Rule } from '../record/finding.js';
import type { Run } from '../record/run.js';
import { diagnose, reportOf } from './diagnose.js';
import { isOver } from './is-over.js';

/** What was found in a run while it grew, and with it what is found no more. */
export interface Ledger {
  readonly findings: readonly Finding[];
  /** Keeps a finding, from the first step it was ever seen at. Returns whether it is a new one. */
  add(finding: Finding): boolean;
  /** Forgets what was first seen from a step on, as of a run that begins anew there. */
  dropFrom(step: number): void;
  /** Asks the rules about the run as it is. What they find is for the caller to add. */
  check(run: Run, rules: readonly Rule[]): readonly Finding[];
  /** Ranks what was ever found. What the last check did not find, and is over, is a note. */
  report(run: Run): Report;
}

/** @param rules - Those whose findings can be over, and whose `explains` tells causes from consequences. */
export function createLedger(rules: readonly Rule[]): Ledger {
  const findings = new Map<string, Finding>();
  let found: ReadonlySet<string> = new Set();

  const passed = (finding: Finding, run: Run): boolean =>
    rules.some(({ id }) => id === finding.rule) && !found.has(keyOf(finding)) && isOver(run, finding.rule);

  return {
    get findings() {
      return [...findings.values()];
    },
    add(finding) {
      const key = keyOf(finding);
      const known = findings.get(key);
      const firstStep = Math.min(finding.firstStep, known?.firstStep ?? finding.firstStep);
      findings.set(key, { ...finding, firstStep });
      return known === undefined;
    },
    dropFrom(step) {
      for (const [key, { firstStep }] of findings) if (firstStep >= step) findings.delete(key);
    },
    check(run, asked) {
      const now = diagnose(run, asked).findings;
      found = new Set(now.map(keyOf));
      return now;
    },
    report(run) {
      const all = [...findings.values()].map(
        (finding): Finding => (passed(finding, run) ? { ...finding, severity: 'info' } : finding),
      );
      return reportOf(run, all, rules);
    },
  };
}

const keyOf = ({ rule, where }: Finding): string => `${rule}\n${where}`;
