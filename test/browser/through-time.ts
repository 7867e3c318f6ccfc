import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { watch } from 'gradient-health';
import { expect, test } from 'vitest';

const [B, T, I, H] = [16, 4, 3, 16];

/** The gradient through time, taken inside a step on a device. */
export function testThroughTime(backend: string): void {
  test('dL/dh_t equals the gradient with respect to an additive perturbation of h_t', async () => {
    await tf.setBackend(backend);
    const layer = tfl.layers.lstm({
      units: H,
      inputShape: [T, I],
      recurrentInitializer: 'glorotUniform',
    }) as tfl.RNN;
    const last = tfl.layers.dense({ units: 1 });
    const model = tfl.sequential({ layers: [layer, last] });
    model.compile({ optimizer: tf.train.sgd(0), loss: 'meanSquaredError' });
    const x = tf.randomNormal([B, T, I], 0, 1, 'float32', 5);
    const y = tf.randomNormal([B, 1], 0, 1, 'float32', 6);
    const monitor = watch(model, { quiet: true, activations: 1 });
    await model.trainOnBatch(x, y);
    await monitor.stop();

    const inputs = tf.unstack(x, 1);
    const perturbed = (...eps: tf.Tensor[]): tf.Scalar => {
      let states: tf.Tensor[] = [tf.zeros([B, H]), tf.zeros([B, H])];
      for (const [t, input] of inputs.entries()) {
        const [out, , c] = layer.cell.call([input, ...states], { training: true }) as tf.Tensor[];
        states = [tf.add(out!, eps[t]!), c!];
      }
      return tf.mean(tf.square(tf.sub(last.call(states[0]!, {}) as tf.Tensor, y)));
    };
    const gradients = tf.grads(perturbed)(Array.from({ length: T }, () => tf.zeros([B, H])));
    const expected = await Promise.all(
      gradients.map(async (gradient) => Math.hypot(...(await gradient.data()))),
    );
    const { hiddenGradientNorms, cellGradientNorms, gates } = monitor.records[0]!.throughTime![layer.name]!;
    expect(hiddenGradientNorms.length).toBe(T);
    for (const [t, norm] of expected.entries()) {
      expect(Math.abs(hiddenGradientNorms[t]! - norm)).toBeLessThanOrEqual(1e-5 * norm);
    }
    expect(cellGradientNorms?.length).toBe(T);
    for (const gate of ['input', 'forget', 'output']) expect(gates![gate]!.mean).toBeGreaterThan(0);
  });
}
