import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { io, type Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { root } from '../sources.js';

/** The artifacts of a model, as they are after a journey through a file. */
export async function artifactsOf(model: LayersModel): Promise<io.ModelArtifacts> {
  let saved: io.ModelArtifacts = {};
  await model.save(
    io.withSaveHandler(async (artifacts) => {
      saved = artifacts;
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    }),
  );
  const { weightData, ...json } = saved;
  return { ...JSON.parse(JSON.stringify(json)), weightData };
}

/**
 * What models predict in a process of its own, after a journey through a file: with tfjs-core, tfjs-layers and the cpu
 * backend, and nothing else but this library where `register` is asked for.
 */
export async function predictElsewhere(
  models: readonly LayersModel[],
  x: Tensor,
  { register }: { register: boolean },
): Promise<number[][]> {
  const folder = mkdtempSync(join(import.meta.dirname, 'saved-'));
  try {
    const saved = await Promise.all(models.map(artifactsOf));
    const files = saved.map(({ weightData, ...artifacts }) => ({
      artifacts,
      weights: Buffer.from(weightData as ArrayBuffer).toString('base64'),
    }));
    writeFileSync(join(folder, 'models.json'), JSON.stringify({ files, x: x.arraySync() }));
    writeFileSync(join(folder, 'program.mjs'), programOf(register));
    const output = execFileSync(process.execPath, ['--import', 'tsx', join(folder, 'program.mjs')], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return JSON.parse(output.trim().split('\n').at(-1) ?? '');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const programOf = (register: boolean): string => `
  import '@tensorflow/tfjs-backend-cpu';
  import * as tf from '@tensorflow/tfjs-core';
  import * as tfl from '@tensorflow/tfjs-layers';
  import { readFileSync } from 'node:fs';
  ${register ? "(await import('../../../src/index.ts')).register();" : ''}
  await tf.setBackend('cpu');
  const { files, x } = JSON.parse(readFileSync(new URL('models.json', import.meta.url), 'utf8'));
  const outputs = [];
  for (const { artifacts, weights } of files) {
    artifacts.weightData = Uint8Array.from(Buffer.from(weights, 'base64')).buffer;
    const model = await tfl.loadLayersModel({ load: async () => artifacts });
    outputs.push(Array.from(await model.predict(tf.tensor(x)).data()));
  }
  console.log(JSON.stringify(outputs));
`;
