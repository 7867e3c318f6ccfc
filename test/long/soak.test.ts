import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { jsonlSink, watch } from 'gradient-health';
import { afterAll, expect, test } from 'vitest';

const STEPS = 100_000;
const WARM_UP_STEPS = 20_000;
const HISTORY = 200;
const ROWS = 1000;

afterAll(() => tf.setBackend('cpu'));

const usedBytes = (): number => {
  // Twice: what the first pass finalises only the second one frees.
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
};

/** 2 -> 3 relu -> 1, which learns a line. */
function tinyModel(): tfl.Sequential {
  const seeded = (seed: number) => tfl.initializers.glorotUniform({ seed });
  const model = tfl.sequential({
    layers: [
      tfl.layers.dense({ units: 3, inputShape: [2], activation: 'relu', kernelInitializer: seeded(1) }),
      tfl.layers.dense({ units: 1, kernelInitializer: seeded(2) }),
    ],
  });
  model.compile({ optimizer: tf.train.adam(1e-3), loss: 'meanSquaredError' });
  return model;
}

test.each(['cpu', 'wasm'])(
  `${STEPS} watched steps on %s add no tensor, and less than 1 MB to the heap`,
  async (backend) => {
    await tf.setBackend(backend);
    const model = tinyModel();
    const x = tf.randomNormal([ROWS, 2], 0, 1, 'float32', 3);
    const y = tf.tidy(() => tf.sum(x, 1, true));
    let [lines, last] = [0, ''];
    const sink = jsonlSink((line) => {
      lines++;
      if (line.startsWith('{"step"')) last = line;
    });
    const monitor = watch(model, { quiet: true, history: HISTORY, sinks: [sink] });
    const train = (steps: number) =>
      model.fit(x, y, { epochs: steps / ROWS, batchSize: 1, shuffle: false, verbose: 0 });

    await train(WARM_UP_STEPS);
    const { numTensors, numBytes, numDataBuffers } = tf.memory();
    const before = usedBytes();
    await train(STEPS - WARM_UP_STEPS);
    const grown = usedBytes() - before;
    const after = tf.memory();
    console.log(
      `${backend}: ${monitor.records.at(-1)?.step} is the last of ${STEPS} steps; ${monitor.records.length} records kept, ` +
        `${lines} lines written; tensors ${after.numTensors - numTensors}, bytes ${after.numBytes - numBytes}, ` +
        `heap ${(grown / 1e6).toFixed(3)} MB more than after ${WARM_UP_STEPS} steps`,
    );
    expect(typeof globalThis.gc).toBe('function'); // else the heap says nothing
    expect(after).toMatchObject({ numTensors, numBytes, numDataBuffers });
    expect(grown).toBeLessThan(1e6);
    expect(monitor.records.length).toBe(HISTORY);
    expect(monitor.records.at(-1)?.step).toBe(STEPS - 1);
    // Each step once, beside facts and findings.
    expect(lines).toBeGreaterThanOrEqual(STEPS);
    expect(last).toContain(`"step":${STEPS - 1},`);
    expect(monitor.findings.filter(({ rule }) => rule.endsWith('-failed'))).toEqual([]);
    await monitor.stop();
    model.dispose();
    tf.dispose([x, y]);
  },
);
