import type { Finding } from './finding.js';
import type { RunFacts, StepRecord } from './run.js';

/**
 * Where records go: a file, a console, a server. No tensor crosses it. A sink that throws, rejects or hangs never stops
 * training; the monitor reports it once as a finding.
 */
export interface Sink {
  /** Receives the facts of the run before its first record, and again whenever they change. */
  open?(facts: RunFacts): void | Promise<void>;
  /** Receives each record, in step order. */
  write(record: StepRecord): void | Promise<void>;
  /** Receives each finding once, when it is first made. */
  finding?(finding: Finding): void | Promise<void>;
  /** Called once, by `monitor.stop()`. */
  close?(): void | Promise<void>;
}
