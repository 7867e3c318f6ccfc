import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { type Job, type Result, runJob } from './job.js';

type Answer = { readonly result: Result } | { readonly error: string };

/** A job that could not be run: what tfjs or a process said. */
export interface Failure {
  readonly job: Job;
  readonly error: string;
}

type Outcome = { readonly job: Job } & Answer;

/**
 * Runs jobs on as many processes, in this one where it is to be one, and hands on the results in the order of the jobs.
 *
 * @returns The jobs that failed, which end no other.
 */
export async function runOnPool(
  jobs: readonly Job[],
  processes: number,
  onResult: (result: Result, job: Job) => void,
): Promise<readonly Failure[]> {
  const failures: Failure[] = [];
  const outcomes: (Outcome | undefined)[] = [];
  let handedOn = 0;
  const take = (index: number, outcome: Outcome): void => {
    outcomes[index] = outcome;
    for (let due = outcomes[handedOn]; due; due = outcomes[handedOn]) {
      outcomes[handedOn++] = undefined;
      if ('result' in due) onResult(due.result, due.job);
      else failures.push(due);
    }
  };
  let next = 0;
  const work = async (answer: (job: Job) => Promise<Answer>): Promise<void> => {
    for (let index = next++; index < jobs.length; index = next++) {
      const job = jobs[index]!;
      take(index, { job, ...(await answer(job)) });
    }
  };
  if (processes === 1) await work(answerTo);
  else await Promise.all(Array.from({ length: Math.min(processes, jobs.length) }, () => workInChild(work)));
  return failures;
}

/** What a job gives, or why it gives nothing. */
export async function answerTo(job: Job): Promise<Answer> {
  try {
    return { result: await runJob(job) };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

/** Does the work in a process of its own, and in another one whenever that has died. */
async function workInChild(work: (answer: (job: Job) => Promise<Answer>) => Promise<void>): Promise<void> {
  let child: ChildProcess | undefined;
  try {
    await work(async (job) => {
      if (!child?.connected) child = fork(join(import.meta.dirname, 'worker.ts'));
      return await ask(child, job);
    });
  } finally {
    child?.kill();
  }
}

function ask(child: ChildProcess, job: Job): Promise<Answer> {
  return new Promise((resolve) => {
    const ended = (code: number | null, signal: string | null): void =>
      resolve({ error: `program ${job.program.id}: its process ended with ${code ?? signal}` });
    child.once('exit', ended);
    child.once('message', (answer: Answer) => {
      child.off('exit', ended);
      resolve(answer);
    });
    child.send(job);
  });
}
