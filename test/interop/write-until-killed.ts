/** Writes records into the folder that it is given until it is killed; tells when there are some. */
import * as fs from 'node:fs';
import { nodeFile } from '../../src/sinks/tensorboard/node-file.js';
import { tensorBoardSink } from '../../src/sinks/tensorboard/tensor-board-sink.js';
import { fullRecord } from '../sinks/tensorboard/recorded.js';

const [, , folder = ''] = process.argv;
const sink = tensorBoardSink(nodeFile(fs, folder));
for (let step = 0; ; step++) {
  sink.write(fullRecord(step));
  if (step === 100) console.log('written');
}
