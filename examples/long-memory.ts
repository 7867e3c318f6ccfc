/**
 * How far back a recurrent net can learn, and how its gradient through time tells: the adding problem over 100 time steps
 * with two starting biases, three kinds of cells on one task, and the order of two symbols with and without clipping.
 * `npm run example -- long-memory 3` runs the third part alone.
 */
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { startingBiases } from './long-memory/biases.js';
import { kindsOfCells } from './long-memory/kinds.js';
import { orderOfSymbols } from './long-memory/order.js';

process.on('SIGINT', () => {
  console.log('\nStopped.');
  process.exit(130);
});

const started = Date.now();
await tf.setBackend('wasm');
const chosen = process.argv.slice(3).map(Number);
for (const [index, part] of [startingBiases, kindsOfCells, orderOfSymbols].entries()) {
  if (chosen.length === 0 || chosen.includes(index + 1)) await part();
}
const processor = process.cpuUsage();
const seconds = (processor.user + processor.system) / 1e6;
console.log(
  `Took ${((Date.now() - started) / 1000).toFixed(0)} s, of the processor ${seconds.toFixed(0)} s.`,
);
