import type { Finding } from './finding.js';

/** Id of the rule that a finding follows from; `undefined` of a root cause, also of one that says so by its own id. */
export const causeOf = ({ because, rule }: Finding): string | undefined =>
  because === rule ? undefined : because;
