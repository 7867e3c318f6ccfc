import type { Finding } from '../record/finding.js';
import { isThenable } from '../record/is-thenable.js';
import type { RunFacts, StepRecord } from '../record/run.js';
import type { Sink } from '../record/sink.js';

/** Hands records and findings to sinks; none of them can slow or stop training. */
export interface FanOut {
  open(facts: RunFacts): void;
  write(record: StepRecord): void;
  finding(finding: Finding): void;
  /** Resolves when every sink has taken what it was given, or has hung for too long. */
  drain(): Promise<void>;
  /** Closes the sinks after draining them. */
  close(): Promise<void>;
}

/** How long `drain` waits for a sink before it gives it up. */
const PATIENCE_MS = 5000;

/** Records that may wait for a slow sink; beyond that the oldest are dropped for it and the loss is reported. */
const BACKLOG = 10_000;

/** @param failed - Called once for a sink, with what went wrong. */
export function createFanOut(
  sinks: readonly Sink[],
  failed: (sink: number, problem: string) => void,
): FanOut {
  const lines = sinks.map((sink, index) =>
    createLine(
      sink,
      once((problem) => failed(index, problem)),
    ),
  );
  const each = (task: Task, isRecord = false): void => {
    for (const line of lines) line.push({ task, isRecord });
  };
  const drain = async (): Promise<void> => {
    await Promise.all(lines.map((line) => line.drain()));
  };
  return {
    open: (facts) => each((sink) => sink.open?.(facts)),
    write: (record) => each((sink) => sink.write(record), true),
    finding: (finding) => each((sink) => sink.finding?.(finding)),
    drain,
    async close() {
      await drain();
      each((sink) => sink.close?.());
      await drain();
    },
  };
}

type Task = (sink: Sink) => void | Promise<void> | undefined;

/** Only records are dropped where too many wait: facts and findings are few. */
interface Job {
  readonly task: Task;
  readonly isRecord: boolean;
}

/** One sink's tasks, in order: at once while the sink is synchronous, waiting while it is not. */
function createLine(
  sink: Sink,
  failed: (problem: string) => void,
): { push(job: Job): void; drain(): Promise<void> } {
  const waiting: Job[] = [];
  let records = 0;
  let running: Promise<void> | undefined;

  function run(task: Task): Promise<void> | undefined {
    try {
      const result = task(sink);
      if (!isThenable(result)) return undefined;
      return Promise.resolve(result).catch((error) => failed(`failed: ${String(error)}`));
    } catch (error) {
      failed(`failed: ${String(error)}`);
      return undefined;
    }
  }
  async function runWaiting(first: Promise<void>): Promise<void> {
    await first;
    for (let job = waiting.shift(); job; job = waiting.shift()) {
      if (job.isRecord) records--;
      await run(job.task);
    }
    running = undefined;
  }
  return {
    push(job) {
      if (running) {
        waiting.push(job);
        if (job.isRecord && ++records > BACKLOG) {
          const [oldest] = waiting.splice(
            waiting.findIndex(({ isRecord }) => isRecord),
            1,
          );
          if (oldest) records--;
          failed(`is too slow: more than ${BACKLOG} records wait for it and the oldest are dropped`);
        }
        return;
      }
      const pending = run(job.task);
      if (pending) running = runWaiting(pending);
    },
    async drain() {
      if (!running) return;
      let timer: ReturnType<typeof setTimeout> | undefined;
      const patience = new Promise<void>((resolve) => {
        timer = setTimeout(() => {
          failed(`hangs: it did not finish writing within ${PATIENCE_MS / 1000} s`);
          resolve();
        }, PATIENCE_MS);
      });
      await Promise.race([running, patience]);
      clearTimeout(timer);
    },
  };
}

function once(report: (problem: string) => void): (problem: string) => void {
  let reported = false;
  return (problem) => {
    if (reported) return;
    reported = true;
    report(problem);
  };
}
