/** A process of the pool: runs the jobs it is sent, one after the other. */

import type { Job } from './job.js';
import { answerTo } from './pool.js';
import { prepare } from './prepare.js';

prepare();
process.on('message', async (job: Job) => process.send?.(await answerTo(job)));
