import { layerPathsOf } from '../dashboard/layer-paths.js';
import type { News } from '../dashboard/news.js';
import { createSketch } from '../dashboard/sketch.js';
import type { Finding, Report } from '../record/finding.js';
import type { RunFacts, StepRecord } from '../record/run.js';
import { defaultRules } from '../rules/default-rules.js';
import { createLedger } from '../rules/ledger.js';

/** What has been told of a run so far: bounded in size, whatever its length. */
export interface Journal {
  open(facts: RunFacts): void;
  write(record: StepRecord): void;
  finding(finding: Finding): void;
  /** Records taken in. */
  readonly recorded: number;
  /** Grows with everything taken in. */
  readonly changes: number;
  report(): Report;
  /** What there is to show; of the columns, those that changed after `since`, a number of {@link changes}. Default: all. */
  news(report: Report, since?: number): News;
}

export interface JournalOptions {
  /** Whether findings are to be made; a monitor that tells its own has done so. */
  readonly judges: boolean;
}

/** As a monitor keeps them: the first as the baseline of the rules, and the newest. */
const baselineRecords = 10;
const newestRecords = 1000;

export function createJournal({ judges }: JournalOptions): Journal {
  let facts: RunFacts = { schema: 1, model: null, backend: null, data: null };
  let isLayer = layerPathsOf(null);
  let changes = 0;
  const sketch = createSketch(
    (path) => isLayer(path),
    () => changes,
  );
  let steps: StepRecord[] = [];
  const ledger = createLedger(defaultRules);
  let recorded = 0;

  /** What a monitor told is not added to: the default rules say only whether it is found still. */
  const judge = (): void => {
    const found = ledger.check({ ...facts, steps }, defaultRules);
    if (judges) for (const finding of found) ledger.add(finding);
  };
  return {
    open(next) {
      changes++;
      facts = next;
      isLayer = layerPathsOf(next.model);
    },
    write(record) {
      recorded++;
      changes++;
      // A run that was started again, as `readJsonl` takes it.
      if (record.step <= (steps.at(-1)?.step ?? -1)) {
        steps = steps.filter(({ step }) => step < record.step);
        ledger.dropFrom(record.step);
      }
      steps.push(record);
      sketch.add(record);
      if (steps.length < baselineRecords + 2 * newestRecords) return;
      // Before they are forgotten.
      judge();
      steps.splice(baselineRecords, newestRecords);
    },
    finding(finding) {
      changes++;
      ledger.add(finding);
    },
    get changes() {
      return changes;
    },
    get recorded() {
      return recorded;
    },
    report() {
      judge();
      return ledger.report({ ...facts, steps });
    },
    news: (report, since) => sketch.news(report, since),
  };
}
