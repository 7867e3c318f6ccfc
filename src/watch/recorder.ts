import type { Finding, Report, Rule } from '../record/finding.js';
import type { Run, RunFacts, StepRecord } from '../record/run.js';
import type { Sink } from '../record/sink.js';
import { createLedger } from '../rules/ledger.js';
import { createFanOut } from './fan-out.js';
import { observation } from './observation.js';

/** Where records become history, findings and output. Knows no tensor. */
export interface Recorder {
  readonly run: Run;
  readonly findings: readonly Finding[];
  /** How many records nobody needs to see yet: those before the rules are asked next, but none where somebody hears of each. */
  readonly patience: number;
  /** Replaces the facts; sinks learn them before the next record. */
  describe(facts: RunFacts): void;
  add(record: StepRecord): void;
  /** Adds what no rule can find, because it is not in the records. */
  note(finding: Finding): void;
  report(): Report;
  flush(): Promise<void>;
  close(): Promise<void>;
}

export interface RecorderOptions {
  readonly rules: readonly Rule[];
  readonly sinks: readonly Sink[];
  /** Most records kept. */
  readonly history: number;
  readonly onStep?: ((record: StepRecord) => void) | undefined;
  /** Called once for each finding, when it is first made. */
  readonly onFinding: (finding: Finding) => void;
}

/** The first records are the baseline that rules compare with; bounded history drops the ones after them. */
const BASELINE_RECORDS = 10;

/** Rules run after 1, 2, 3, ... records, then ever more rarely, but never further apart than this or half of the history. */
const LONGEST_PAUSE_RECORDS = 500;

export function createRecorder({ rules, sinks, history, onStep, onFinding }: RecorderOptions): Recorder {
  let facts: RunFacts = { schema: 1, model: null, backend: null, data: null };
  /** The oldest records, and the newest of the others: what is dropped stands in front, where that costs nothing. */
  const baseline: StepRecord[] = [];
  const recent: StepRecord[] = [];
  const ledger = createLedger(rules);
  const fanOut = createFanOut(sinks, (index, problem) => {
    const message = `Sink ${index + 1} of ${sinks.length} ${problem}. Training goes on and the monitor keeps its records.`;
    recorder.note(observation('sink-failed', 'warning', lastStep(), message));
  });
  let opened: RunFacts | undefined;
  let recorded = 0;
  let checkAfter = 1;
  let seenNonFinite = false;

  const run = (): Run => ({ ...facts, steps: [...baseline, ...recent] });
  const lastStep = (): number => (recent.at(-1) ?? baseline.at(-1))?.step ?? 0;

  const announce = (finding: Finding): void => {
    if (!ledger.add(finding)) return;
    fanOut.finding(finding);
    try {
      onFinding(finding);
    } catch (error) {
      recorder.note(
        observation('callback-failed', 'warning', lastStep(), `onFinding threw: ${String(error)}`),
      );
    }
  };
  const check = (): void => {
    for (const finding of ledger.check(run(), rules)) announce(finding);
  };

  const recorder: Recorder = {
    get run() {
      return run();
    },
    get findings() {
      return ledger.findings;
    },
    get patience() {
      return sinks.length > 0 || onStep ? 0 : checkAfter - recorded - 1;
    },
    describe(next) {
      facts = next;
    },
    add(record) {
      (baseline.length < Math.min(BASELINE_RECORDS, history - 1) ? baseline : recent).push(record);
      if (baseline.length + recent.length > history) recent.shift();
      recorded++;
      if (opened !== facts) {
        opened = facts;
        fanOut.open(facts);
      }
      fanOut.write(record);
      try {
        onStep?.(record);
      } catch (error) {
        recorder.note(
          observation('callback-failed', 'warning', record.step, `onStep threw: ${String(error)}`),
        );
      }
      const nonFinite = !Number.isFinite(record.loss ?? 0) || !Number.isFinite(record.globalNorm);
      if (recorded < checkAfter && (seenNonFinite || !nonFinite)) return;
      seenNonFinite ||= nonFinite;
      const longest = Math.min(LONGEST_PAUSE_RECORDS, history / 2);
      checkAfter = recorded + Math.max(1, Math.floor(Math.min(recorded / 4, longest)));
      check();
    },
    note: announce,
    report() {
      check();
      return ledger.report(run());
    },
    async flush() {
      check();
      await fanOut.drain();
    },
    close: () => fanOut.close(),
  };
  return recorder;
}
