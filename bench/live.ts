import '@tensorflow/tfjs-backend-wasm';
import { fork } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  cast,
  dispose,
  oneHot,
  randomUniform,
  setBackend,
  type Tensor,
  tidy,
  train,
} from '@tensorflow/tfjs-core';
import { initializers, type LayersModel, layers, sequential } from '@tensorflow/tfjs-layers';
import { liveSink } from '../src/cli/live-sink.js';
import { type Sink, watch } from '../src/index.js';
import type { FigureBench } from './harness/figure.js';
import type { Seen } from './harness/live-client.js';
import { errorOfMedian, percentile, processCpuMs } from './harness/measure.js';
import { workOf } from './harness/work-of.js';

const PIXELS = 196;
const BATCH = 40;
const BATCHES = 50;
/** Short blocks and many: a machine's speed drifts within seconds by more than a page takes. */
const PAIRS = 75;
/** News and the pause after them. */
const BLOCK_MS = 800;

/** The classifier that `npm start` trains first. */
function classifier(): LayersModel {
  const dense = (units: number, activation: 'sigmoid' | 'softmax', depth: number) =>
    layers.dense({
      units,
      activation,
      kernelInitializer: initializers.glorotUniform({ seed: depth + 1 }),
      ...(depth === 0 && { inputShape: [PIXELS] }),
    });
  const hidden = Array.from({ length: 8 }, (_, depth) => dense(64, 'sigmoid', depth));
  const model = sequential({ layers: [...hidden, dense(10, 'softmax', 8)] });
  model.compile({ optimizer: train.adam(2e-3), loss: 'categoricalCrossentropy' });
  return model;
}

function digits(): { readonly x: Tensor; readonly y: Tensor } {
  const count = BATCH * BATCHES;
  return {
    x: randomUniform([count, PIXELS], 0, 1, 'float32', 1),
    y: tidy(() => cast(oneHot(randomUniform([count], 0, 10, 'int32', 2), 10), 'float32')),
  };
}

/**
 * One training, watched throughout, whose records go to the live page or to nobody, in blocks of some seconds in turn. Between
 * two of them the page is given time for its last picture, which counts for neither.
 */
async function* figures(): ReturnType<FigureBench['figures']> {
  await setBackend('wasm');
  const { x, y } = digits();
  const model = classifier();
  const work = workOf();
  const page = work.run(() => liveSink({ onListening: () => {} }));
  let isLive = true;
  let lastStep = -1;
  const switched: Sink = {
    open: (facts) => page.open?.(facts),
    write: (record) => (isLive ? work.run(() => page.write(record)) : undefined),
    close: () => page.close?.(),
  };
  const monitor = watch(model, {
    quiet: true,
    histograms: 50,
    activations: 50,
    history: 2000,
    sinks: [switched],
    onStep: ({ step }) => {
      lastStep = step;
    },
  });
  const epochsOf = (epochs: number) =>
    model.fit(x, y, { epochs, batchSize: BATCH, shuffle: false, verbose: 0 });

  const seen: Extract<Seen, { atMs: number }>[] = [];
  let firstPictureMs: number | undefined;
  const client = fork(fileURLToPath(new URL('harness/live-client.ts', import.meta.url)));
  client.on('message', (message: Seen) => {
    if ('atMs' in message) seen.push(message);
    else firstPictureMs = message.firstPictureMs;
  });
  const left = new Promise((resolve) => client.once('exit', resolve));

  await epochsOf(4);
  const warm = performance.now();
  await epochsOf(4);
  const epochs = Math.max(1, Math.round((4 * BLOCK_MS) / (performance.now() - warm)));
  client.send(await page.url);
  while (firstPictureMs === undefined) await epochsOf(1);

  const shares: number[] = [];

  /** CPU time of a block. */
  async function block(on: boolean): Promise<number> {
    isLive = on;
    globalThis.gc?.();
    const [before, ownBefore] = [processCpuMs(), work.ms];
    await epochsOf(epochs);
    const ms = processCpuMs() - before;
    const own = work.ms - ownBefore;
    if (on) shares.push((100 * own) / (ms - own));
    while (on && (seen.at(-1)?.lastStep ?? -1) < lastStep) await pause(20);
    return ms;
  }
  await block(true);
  shares.length = 0;
  const ratios: number[] = [];
  const updates: number[] = [];
  for (let pair = 0; pair < PAIRS; pair++) {
    const order = pair % 2 === 0 ? [true, false] : [false, true];
    const cost = { with: 0, without: 0 };
    for (const on of order) {
      const from = Date.now();
      cost[on ? 'with' : 'without'] = await block(on);
      const times = seen.map(({ atMs }) => atMs).filter((atMs) => atMs >= from);
      if (times.length > 1)
        updates.push((1000 * (times.length - 1)) / ((times.at(-1) ?? 0) - (times[0] ?? 0)));
    }
    ratios.push(cost.with / cost.without);
    process.stderr.write(`\rlive: pair ${pair + 1} of ${PAIRS} `);
  }
  process.stderr.write('\n');
  await monitor.stop();
  await left;
  model.dispose();
  dispose([x, y]);

  const bench = 'live';
  const added = (share: number): number => Number((100 * (percentile(ratios, share) - 1)).toFixed(2));
  const error = (100 * errorOfMedian(ratios)).toFixed(2);
  const spread = `10 to 90 %: ${added(0.1)} to ${added(0.9)} %, ${PAIRS} pairs, median +/- ${error}`;
  // Without a bound: the machine drifts between blocks by more than what is to be told. The next row keeps it.
  yield {
    bench,
    case: `added to training by an open page (${spread})`,
    figure: added(0.5),
    unit: '% CPU',
  };
  const own = (share: number): number => Number(percentile(shares, share).toFixed(2));
  yield {
    bench,
    case: `what an open page takes within the training, of the rest (10 to 90 %: ${own(0.1)} to ${own(0.9)} %)`,
    figure: own(0.5),
    unit: '% of the time',
    atMost: 2,
  };
  yield { bench, case: 'updates of the page', figure: percentile(updates, 0.5), unit: '/s', atLeast: 2 };
  const seconds = Number((firstPictureMs / 1000).toFixed(3));
  yield { bench, case: 'first picture, slowest of 3', figure: seconds, unit: 's', atMost: 1 };
}

const live: FigureBench = {
  summary: 'What an open live page adds to training, how current it is, and how soon it shows a picture',
  async *cases() {},
  figures,
};

export default live;
