import * as fs from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { type Finding, type StepRecord, stats, watch } from 'gradient-health';
import { nodeFile, tensorBoardSink } from 'gradient-health/tensorboard';
import { out } from './tensorboard.js';

export const logs: string = join(out, 'logs');

/** A name that is meant to do harm where it is not shown as text. */
export const hostile =
  '</script><img src=x onerror="document.title=1"> **bold** ![i](http://127.0.0.1:9/x) \u202etxt \u0007 \u{1f600}';

/** What went into a folder. */
export interface Written {
  readonly folder: string;
  readonly records: readonly StepRecord[];
  readonly findings: readonly Finding[];
}

/** Ten sigmoid layers that do not learn, as `watch` records them. */
export async function trainVanishing(): Promise<Written> {
  const folder = join(logs, 'vanishing');
  await tf.setBackend('cpu');
  const model = tfl.sequential();
  for (let depth = 1; depth <= 10; depth++) {
    const name = `hidden_${depth}`;
    const kernelInitializer = tfl.initializers.glorotUniform({ seed: depth });
    const input = depth === 1 ? { inputShape: [2] } : {};
    model.add(tfl.layers.dense({ name, units: 16, activation: 'sigmoid', kernelInitializer, ...input }));
  }
  const kernelInitializer = tfl.initializers.glorotUniform({ seed: 11 });
  model.add(tfl.layers.dense({ name: 'output', units: 1, activation: 'sigmoid', kernelInitializer }));
  model.compile({ optimizer: tf.train.adam(0.003), loss: 'binaryCrossentropy' });
  const points = tf.randomUniform([256, 2], -1, 1, 'float32', 1);
  const inside = tf.less(tf.norm(points, 2, 1, true), 0.8);

  const findings: Finding[] = [];
  const monitor = watch(model, {
    histograms: 4,
    activations: 4,
    quiet: true,
    // As they are first made: the monitor goes on to complete its own.
    onFinding: (finding) => findings.push(finding),
    sinks: [tensorBoardSink(nodeFile(fs, folder))],
  });
  await model.fit(points, inside, { epochs: 10, shuffle: false, verbose: 0 });
  await monitor.stop();
  return { folder, records: monitor.records, findings };
}

/** What no short training shows: NaN, zeros, huge counts, a clip, the gradient through time. */
export async function writeByHand(): Promise<Written> {
  const folder = join(logs, 'by-hand');
  const normal = Float32Array.from(
    { length: 5000 },
    (_, i) => Math.sin(i * 12.9898) * Math.cos(i * 78.233) ** 3,
  );
  const findings: Finding[] = [
    {
      rule: 'non-finite',
      severity: 'error',
      where: hostile,
      firstStep: 30,
      lastStep: 30,
      evidence: { loss: Number.NaN, [hostile]: 1 },
      message: `${hostile} is NaN.`,
      remedies: [{ kind: 'clip', layers: [hostile], to: 'clipByGlobalNorm(1)', reason: hostile }],
    },
  ];
  const records = Array.from({ length: 40 }, (_, i): StepRecord => {
    const step = i * 10;
    const scale = 0.93 ** i;
    const broken = i === 39 ? [Number.NaN, Infinity] : [];
    const values = [...normal.map((value) => value * scale), ...new Array(500).fill(0), ...broken];
    const gradient = stats.summarize(values, { histogram: true });
    const huge = {
      size: 2 ** 53 - 1,
      norm: 1,
      mean: 0,
      std: 1,
      absMean: 1,
      min: 1,
      max: 1.25,
      zeros: 0,
      nans: 0,
      infs: 0,
    };
    const weight = { weightNorm: 1, updateNorm: 0.001, updateRatio: 0.001 };
    return {
      step,
      wallTimeMs: 1_700_000_000_000 + 1234.5 * i,
      loss: i === 39 ? Number.NaN : 2.3 * scale,
      learningRate: 1e-3,
      globalNorm: i === 39 ? Number.NaN : 10 * scale,
      clip: { name: 'clipByGlobalNorm(1)', normAfter: 1, fired: true, accepted: i < 39, cosine: 1 },
      variables: {
        'lstm/recurrent_kernel': { gradient, ...weight },
        'huge/kernel': { gradient: { ...huge, histogram: { bins: [[254, 2 ** 53 - 1]] } }, ...weight },
        [`${hostile}/kernel`]: { gradient: stats.summarize([1, 2], { histogram: true }), ...weight },
        'dead/kernel': { gradient: stats.summarize(new Float32Array(64), { histogram: true }), ...weight },
      },
      throughTime: {
        lstm: {
          hiddenGradientNorms: Array.from({ length: 40 }, (_, t) => 0.9 ** (39 - t) * scale),
          gates: { forget: { mean: 0.7, saturatedShare: 0.1 } },
        },
      },
    };
  });
  const sink = tensorBoardSink(nodeFile(fs, folder));
  for (const record of records) await sink.write(record);
  for (const finding of findings) await sink.finding?.(finding);
  await sink.close?.();
  return { folder, records, findings };
}
