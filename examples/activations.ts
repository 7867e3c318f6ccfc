/**
 * What the choice of the activation does to the gradients of a deep net: twenty layers of real digits, eight activations,
 * each with the initialiser made for it, the same digits and the same number of steps.
 */
import '@tensorflow/tfjs-backend-wasm';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { layers, theory } from 'gradient-health';
import { type Curve, gradientBars, gradientChart } from './activations/chart.js';
import { loadDigits, type Outcome, type Plan, train } from './digits/classifier.js';

const LAYERS = 20;
const TRAINING_DIGITS = 3_200;
const TEST_DIGITS = 1_000;
const FOLDER = 'out';

const ofTfjs = (activation: 'sigmoid' | 'tanh' | 'relu' | 'selu' | 'gelu') => () =>
  tfl.layers.activation({ activation });

/** The textbook's initialiser; He's with the gain that keeps signals through this activation: for relu sqrt(2), as He has it. */
const choices = [
  { name: 'sigmoid', activation: ofTfjs('sigmoid'), initializer: 'xavierNormal', gain: 1 },
  { name: 'tanh', activation: ofTfjs('tanh'), initializer: 'xavierNormal', gain: 1 },
  { name: 'relu', activation: ofTfjs('relu'), initializer: 'heNormal', gain: theory.gain('relu').forward },
  {
    name: 'leakyRelu',
    activation: layers.leakyRelu,
    initializer: 'heNormal',
    gain: theory.gain('leakyRelu').forward,
  },
  { name: 'elu', activation: layers.elu, initializer: 'heNormal', gain: theory.gain('elu').forward },
  { name: 'selu', activation: ofTfjs('selu'), initializer: 'lecunNormal', gain: 1 },
  { name: 'gelu', activation: ofTfjs('gelu'), initializer: 'heNormal', gain: theory.gain('gelu').forward },
  { name: 'silu', activation: layers.silu, initializer: 'heNormal', gain: theory.gain('silu').forward },
] as const;

const started = Date.now();
await tf.setBackend('wasm');
const digits = loadDigits(TRAINING_DIGITS, TEST_DIGITS);
console.log(
  `${LAYERS} hidden layers, ${TRAINING_DIGITS} handwritten digits to train on, ${TEST_DIGITS} others to test on; backend ${tf.getBackend()}\n`,
);

const trained: { choice: (typeof choices)[number]; curve: Curve; accuracy: number }[] = [];
for (const choice of choices) {
  const { name, activation, initializer, gain } = choice;
  const plan: Plan = {
    hiddenLayers: LAYERS,
    activation: () => activation(),
    initializer,
    gain,
    output: 'softmax',
    loss: 'categoricalCrossentropy',
    optimizer: () => tf.train.adam(1e-3),
  };
  const options = { seed: 1, folder: FOLDER, activations: (step: number) => step === 0 };
  const outcome = await train(`${name}, ${initializer}`, plan, digits, options);
  trained.push({
    choice,
    curve: { name, norms: gradientsByLayer(outcome) },
    accuracy: outcome.testAccuracy,
  });
}

const curves = trained.map(({ curve }) => curve);
writeFileSync(join(FOLDER, 'activations.svg'), gradientChart(curves));
console.log(
  '\nGradient of the loss before each activation, first layer to last, at the first step; log scale\n',
);
console.log(gradientBars(curves));
console.log('\n  activation initialiser   gain         slope  mean slope^2  first/last  accuracy');
for (const { choice, curve, accuracy } of trained) {
  const { slopeRange, gain } = theory.activationProfile(choice.name);
  const ratio = (curve.norms[0] ?? Number.NaN) / (curve.norms.at(-1) ?? Number.NaN);
  const cells = [
    `  ${choice.name.padEnd(10)} ${choice.initializer.padEnd(12)}`,
    choice.gain.toFixed(3),
    `${slopeRange.min.toFixed(2)} to ${slopeRange.max.toFixed(2)}`.padStart(13),
    gain.slopeMeanSquare.toFixed(3).padStart(12),
    ratio.toExponential(1).padStart(10),
    `${(100 * accuracy).toFixed(1)} %`.padStart(8),
  ];
  console.log(cells.join('  '));
}
console.log(`\nThe same as a picture: ${FOLDER}/activations.svg; the records: ${FOLDER}/*.jsonl`);
console.log(`Took ${((Date.now() - started) / 1000).toFixed(0)} s.`);

/** Norms of the gradient before each activation, in the first record. */
function gradientsByLayer({ report }: Outcome): number[] {
  const records = report.run.steps[0]?.layers ?? {};
  return Array.from(
    { length: LAYERS },
    (_, index) => records[`hidden_${index + 1}`]?.outputGradient?.norm ?? Number.NaN,
  );
}
