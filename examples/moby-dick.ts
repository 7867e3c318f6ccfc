/**
 * A net that learns to write from Moby Dick, one character after the other: a fused LSTM of 128 units reads the novel once,
 * watched, then says how well it foresees the last chapters, shows how far its gradient reaches back, and writes.
 */
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { clipByGlobalNorm, initializers, layers, toText, watch } from 'gradient-health';
import { streamOf } from '../battery/random.js';
import { gradientBars } from './activations/chart.js';
import { progress } from './digits/progress.js';
import { lanes, readText } from './moby-dick/text.js';

const SAMPLES = 32;
const TIME = 64;
const UNITS = 128;
const LEARNING_RATE = 3e-2;
const TEMPERATURE = 0.6;
const OPENING = 'Call me Ishmael. ';

process.on('SIGINT', () => {
  console.log('\nStopped.');
  process.exit(130);
});

const started = Date.now();
await tf.setBackend('wasm');
const { alphabet, training, validation } = readText();
const classes = alphabet.length;
console.log(
  `Moby Dick: ${training.length} characters to train on, ${validation.length} to validate, ${classes} different ones; LSTM of ${UNITS} units, ${SAMPLES} lanes of ${TIME} time steps; backend ${tf.getBackend()}\n`,
);

/** The states go on from batch to batch; a batch of one character is for writing. */
function createModel(samples: number, time: number): tfl.Sequential {
  const memory = layers.lstm({
    name: 'memory',
    units: UNITS,
    returnSequences: true,
    stateful: true,
    batchInputShape: [samples, time, classes],
    // One of the inputs is 1 and all others 0: by the fans of Glorot the gates would hardly hear it.
    kernelInitializer: tfl.initializers.randomUniform({ minval: -0.5, maxval: 0.5, seed: 1 }),
    recurrentInitializer: initializers.orthogonal({ seed: 2 }),
  });
  const next = tfl.layers.dense({
    name: 'next',
    units: classes,
    activation: 'softmax',
    kernelInitializer: initializers.xavierUniform({ seed: 3 }),
  });
  return tfl.sequential({ layers: [memory, next] });
}

const model = createModel(SAMPLES, TIME);
const optimizer = tf.train.adam(LEARNING_RATE, 0.9, 0.95);
model.compile({ optimizer, loss: 'categoricalCrossentropy' });
const bits = (nats: number): string => (nats / Math.LN2).toFixed(3);

const lessons = lanes(training, [SAMPLES, TIME, classes]);
const bar = progress('one reading', lessons.count);
const monitor = watch(model, {
  clip: clipByGlobalNorm(1),
  every: 10,
  histograms: () => false,
  quiet: true,
  onStep({ step, loss, throughTime }) {
    bar.step(step + 1, `${bits(loss ?? Number.NaN)} bits per character`);
    if (step % 100 !== 0) return;
    const norms = throughTime?.['memory']?.hiddenGradientNorms ?? [];
    bar.note(
      `  step ${String(step).padStart(3)}  ${bits(loss ?? Number.NaN)} bits per character  ${reach(norms)}`,
    );
  },
});
const before = process.cpuUsage();
for (let index = 0; index < lessons.count; index++) {
  // Down to a twentieth; tfjs's Adam has no method for it.
  const learningRate = LEARNING_RATE * Math.max(0.05, 1 - index / lessons.count);
  Object.assign(optimizer, { learningRate });
  const { x, y } = lessons.batch(index);
  await model.trainOnBatch(x, y);
  tf.dispose([x, y]);
}
await monitor.stop();
const { user, system } = process.cpuUsage(before);
bar.end(`of the processor ${((user + system) / 1e6).toFixed(0)} s, by the clock`);

const bitsPerCharacter = evaluate();
console.log(
  `\nValidation: ${bits(bitsPerCharacter)} bits per character; of ${classes} alike it would be ${Math.log2(classes).toFixed(3)}`,
);

const report = monitor.report();
console.log(`\n${toText(report)}\n`);
const passes = report.run.steps.flatMap(({ step, throughTime }) => {
  const norms = throughTime?.['memory']?.hiddenGradientNorms;
  return norms ? [{ name: `step ${step}`, norms }] : [];
});
const shown = [0, 0.25, 0.5, 0.75, 1].flatMap(
  (share) => passes[Math.round(share * (passes.length - 1))] ?? [],
);
console.log(
  `Gradient of the loss in the states, first time step to last; every one of the ${TIME} adds its own\n`,
);
console.log(gradientBars(shown));
const gates = report.run.steps.filter(({ throughTime }) => throughTime).at(-1)?.throughTime?.[
  'memory'
]?.gates;
for (const [gate, { mean, saturatedShare }] of Object.entries(gates ?? {})) {
  console.log(
    `  ${gate.padEnd(8)} gate: ${mean.toFixed(2)} open, ${(100 * saturatedShare).toFixed(0)} % of it saturated`,
  );
}

console.log(`\n${write(OPENING, 400)}`);
console.log(`\nTook ${((Date.now() - started) / 1000).toFixed(0)} s.`);

function reach(norms: readonly number[]): string {
  const [first = Number.NaN, last = Number.NaN] = [norms[0], norms.at(-1)];
  return `||dL/dh_1|| ${first.toExponential(1)}  ||dL/dh_${TIME}|| ${last.toExponential(1)}`;
}

/** Mean negative logarithm of the probability of what follows, over the last chapters. */
function evaluate(): number {
  const pages = lanes(validation, [SAMPLES, TIME, classes]);
  model.resetStates();
  let sum = 0;
  for (let index = 0; index < pages.count; index++) {
    sum += tf.tidy(() => {
      const { x, y } = pages.batch(index);
      return (model.evaluate(x, y, { batchSize: SAMPLES }) as tf.Scalar).dataSync()[0] ?? Number.NaN;
    });
  }
  return sum / pages.count;
}

/** Goes on from an opening, one character at a time. */
function write(opening: string, length: number): string {
  const writer = createModel(1, 1);
  writer.setWeights(model.getWeights());
  const random = streamOf(1);
  const read = (character: string): Float32Array =>
    tf.tidy(() => {
      const x = tf.oneHot(
        tf.tensor2d([[Math.max(0, alphabet.indexOf(character))]], [1, 1], 'int32'),
        classes,
      );
      return (writer.predict(tf.cast(x, 'float32')) as tf.Tensor).dataSync() as Float32Array;
    });
  let written = opening;
  let probabilities = [...opening].map(read).at(-1) ?? new Float32Array();
  while (written.length < length) {
    const weights = Array.from(probabilities, (p) => p ** (1 / TEMPERATURE));
    let rest = random() * weights.reduce((sum, weight) => sum + weight, 0);
    let drawn = 0;
    while (drawn < weights.length - 1 && rest > (weights[drawn] ?? 0)) rest -= weights[drawn++] ?? 0;
    const next = alphabet[drawn] ?? ' ';
    written += next;
    probabilities = read(next);
  }
  return written;
}
