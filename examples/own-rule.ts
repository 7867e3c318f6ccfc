/** A rule of one's own, in ten lines: beside the default rules, in the same report, and as much a pure function of the run. */
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { defaultRules, type Rule, toText, watch } from 'gradient-health';

/** Finds biases that learn faster than the weights beside them: the model fits the average first. */
const biasFirst: Rule = {
  id: 'bias-first',
  check({ steps }) {
    const last = steps.at(-1);
    const { 'line/kernel': kernel, 'line/bias': bias } = last?.variables ?? {};
    if (!last || !kernel || !bias || bias.updateRatio < 5 * kernel.updateRatio) return [];
    const message = `The bias moves by ${bias.updateRatio.toFixed(3)} of itself, its weights by ${kernel.updateRatio.toFixed(3)}.`;
    const evidence = { bias: bias.updateRatio, kernel: kernel.updateRatio };
    const [firstStep, lastStep] = [last.step, last.step];
    return [
      {
        rule: 'bias-first',
        severity: 'warning',
        where: 'line',
        firstStep,
        lastStep,
        evidence,
        message,
        remedies: [],
      },
    ];
  },
};

const kernelInitializer = tfl.initializers.constant({ value: 1 });
const model = tfl.sequential({
  layers: [tfl.layers.dense({ name: 'line', units: 1, inputShape: [1], kernelInitializer })],
});
model.compile({ optimizer: tf.train.sgd(0.01), loss: 'meanSquaredError' });
const x = tf.reshape(tf.linspace(-1, 1, 32), [32, 1]);
const y = tf.add(x, 10);

const monitor = watch(model, { rules: [...defaultRules, biasFirst], quiet: true });
await model.fit(x, y, { epochs: 5, batchSize: 32, verbose: 0 });
await monitor.stop();
console.log(toText(monitor.report()));
