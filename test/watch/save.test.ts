import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { clipByGlobalNorm, initializers, watch } from 'gradient-health';
import { expect, test } from 'vitest';
import { data, weightsOf } from './models.js';

const { x, y } = data();

const build = (): tfl.Sequential => {
  const model = tfl.sequential({
    name: 'saved',
    layers: [
      tfl.layers.dense({
        units: 8,
        inputShape: [4],
        activation: 'relu',
        kernelInitializer: initializers.heNormal({ seed: 0 }),
        name: 'first',
      }),
      tfl.layers.dense({
        units: 1,
        kernelInitializer: initializers.xavierUniform({ seed: 0 }),
        name: 'last',
      }),
    ],
  });
  model.compile({ optimizer: tf.train.adam(0.01), loss: 'meanSquaredError' });
  return model;
};

const train = async (model: tfl.LayersModel, steps: number): Promise<void> => {
  for (let step = 0; step < steps; step++) await model.trainOnBatch(x, y);
};

async function artifactsOf(model: tfl.LayersModel): Promise<tf.io.ModelArtifacts> {
  let saved: tf.io.ModelArtifacts | undefined;
  const handler = {
    save: async (artifacts: tf.io.ModelArtifacts) => {
      saved = artifacts;
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' as const } };
    },
  };
  await model.save(handler, { includeOptimizer: true });
  return saved!;
}

/** A program that has never heard of this library. */
const plainProgram = `
  import '@tensorflow/tfjs-backend-cpu';
  import * as tf from '@tensorflow/tfjs-core';
  import * as tfl from '@tensorflow/tfjs-layers';
  import { readFileSync } from 'node:fs';
  await tf.setBackend('cpu');
  const { artifacts, weights, x, y, steps } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
  artifacts.weightData = Uint8Array.from(Buffer.from(weights, 'base64')).buffer;
  const model = await tfl.loadLayersModel({ load: async () => artifacts });
  for (let step = 0; step < steps; step++) await model.trainOnBatch(tf.tensor2d(x), tf.tensor2d(y));
  console.log(JSON.stringify(model.getWeights().map((weight) => Array.from(weight.dataSync()))));
`;

test('a model saved while watched is the same file as one saved unwatched', async () => {
  const save = async (watched: boolean) => {
    const model = build();
    if (watched) watch(model, { quiet: true });
    await train(model, 5);
    return artifactsOf(model);
  };
  const [watched, unwatched] = [await save(true), await save(false)];
  const plain = (artifacts: tf.io.ModelArtifacts) => JSON.stringify(artifacts.modelTopology);
  expect(plain(watched)).toBe(plain(unwatched));
  expect(watched.trainingConfig).toEqual(unwatched.trainingConfig);
  expect(new Uint8Array(watched.weightData as ArrayBuffer)).toEqual(
    new Uint8Array(unwatched.weightData as ArrayBuffer),
  );
});

test('a model saved with its optimizer while watched loads without this library and continues to the same weights', async () => {
  const model = build();
  watch(model, { quiet: true, clip: clipByGlobalNorm(1e6) });
  await train(model, 5);
  const { weightData, ...artifacts } = await artifactsOf(model);
  await train(model, 5);

  const folder = mkdtempSync(join(import.meta.dirname, 'saved-'));
  try {
    const weights = Buffer.from(weightData as ArrayBuffer).toString('base64');
    const file = join(folder, 'model.json');
    writeFileSync(file, JSON.stringify({ artifacts, weights, x: x.arraySync(), y: y.arraySync(), steps: 5 }));
    writeFileSync(join(folder, 'plain.mjs'), plainProgram);
    const output = execFileSync(process.execPath, [join(folder, 'plain.mjs'), file], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const loaded = JSON.parse(output.trim().split('\n').at(-1)!) as number[][];
    // tfjs restores Adam's powers of beta by Math.pow where training multiplies in float32: hence not bit for bit.
    for (const [index, weight] of (await weightsOf(model)).entries()) {
      for (const [at, value] of weight.entries()) expect(loaded[index]![at]).toBeCloseTo(value, 5);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
