import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { type Job, type Result, runJob } from './job.js';

type Answer = { readonly result: Result } | { readonly error: string };

/**
 * Runs jobs on as many processes, in this one where it is to be one, and hands on the results in the order of the jobs.
 *
 * @throws Error of the first job that fails; the others end with it.
 */
export async function runOnPool(
  jobs: readonly Job[],
  processes: number,
  onResult: (result: Result, job: Job) => void,
): Promise<void> {
  if (processes === 1) {
    for (const job of jobs) onResult(await runJob(job), job);
    return;
  }
  const results: (Result | undefined)[] = [];
  let next = 0;
  let handedOn = 0;
  const work = async (child: ChildProcess): Promise<void> => {
    for (let index = next++; index < jobs.length; index = next++) {
      results[index] = await ask(child, jobs[index]!);
      for (let result = results[handedOn]; result; result = results[handedOn]) {
        onResult(result, jobs[handedOn]!);
        results[handedOn++] = undefined;
      }
    }
  };
  const children = Array.from({ length: Math.min(processes, jobs.length) }, () =>
    fork(join(import.meta.dirname, 'worker.ts')),
  );
  try {
    await Promise.all(children.map(work));
  } finally {
    for (const child of children) child.kill();
  }
}

function ask(child: ChildProcess, job: Job): Promise<Result> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null): void => reject(new Error(`a process ended with code ${code}`));
    child.once('exit', ended);
    child.once('message', (answer: Answer) => {
      child.off('exit', ended);
      if ('result' in answer) resolve(answer.result);
      else reject(new Error(answer.error));
    });
    child.send(job);
  });
}
