import type { Finding, Remedy } from '../record/finding.js';
import type { Run } from '../record/run.js';

/** What a rule has to say; the rest of a finding follows from the run. */
export interface Found {
  readonly severity: Finding['severity'];
  /** Default: `model`. */
  readonly where?: string;
  /** Default: the first recorded step. */
  readonly firstStep?: number;
  /** Default: the last recorded step. */
  readonly lastStep?: number;
  readonly evidence: Finding['evidence'];
  readonly message: string;
  /** Default: none is known. */
  readonly because?: string;
  readonly remedies?: readonly Remedy[];
}

/** Completes a finding: by default it concerns the whole model from the first to the last record. */
export function findingOf({ steps }: Run, rule: string, found: Found): Finding {
  const { severity, where = 'model', evidence, message, because, remedies = [] } = found;
  const { firstStep = steps[0]?.step ?? 0, lastStep = steps.at(-1)?.step ?? firstStep } = found;
  const cause = because === undefined ? {} : { because };
  return { rule, severity, where, firstStep, lastStep, evidence, message, ...cause, remedies };
}
