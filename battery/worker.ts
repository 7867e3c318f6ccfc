/** A process of the pool: runs the jobs it is sent, one after the other. */

import { type Job, runJob } from './job.js';
import { prepare } from './prepare.js';

prepare();
process.on('message', async (job: Job) => {
  try {
    process.send?.({ result: await runJob(job) });
  } catch (error) {
    process.send?.({ error: error instanceof Error ? error.message : String(error) });
  }
});
