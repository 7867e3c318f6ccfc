import {
  defaultRules,
  diagnose,
  type LayerFacts,
  type Run,
  type StepRecord,
  type TensorStats,
} from '../src/index.js';
import type { Bench, BenchRow } from './harness/measure.js';

const STEPS = 1000;
const LAYERS = 50;
/** CPU time that all default rules together may take on such a history. */
const LIMIT_MS = 5;
const ROUNDS = 60;

const stats = (norm: number, size: number): TensorStats => {
  const each = norm / Math.sqrt(size);
  return { size, norm, mean: 0, std: each, absMean: each, min: -each, max: each, zeros: 0, nans: 0, infs: 0 };
};

/** A chain of dense layers, with the gradients of every weight and, now and then, of every output. */
function history(loss: (step: number) => number): Run {
  const layers = Array.from({ length: LAYERS }, (_, depth): LayerFacts => {
    const initializers = { kernel: 'VarianceScaling(2, fanIn, normal)', bias: 'Zeros' };
    const weights = { kernel: [64, 64], bias: [64] };
    const inbound = depth === 0 ? [] : [`dense_${depth - 1}`];
    const isOutput = depth === LAYERS - 1;
    return {
      path: `dense_${depth}`,
      className: 'Dense',
      depth,
      inbound,
      activation: 'relu',
      initializers,
      weights,
      isOutput,
    };
  });
  const steps = Array.from({ length: STEPS }, (_, step): StepRecord => {
    const scale = 1 + 0.3 * Math.sin(12.9898 * step);
    const variable = (size: number) => {
      const updateNorm = 0.001 * scale;
      return { gradient: stats(0.1 * scale, size), weightNorm: 1, updateNorm, updateRatio: updateNorm };
    };
    const variables = layers.flatMap(({ path }) => [
      [`${path}/kernel`, variable(4096)] as const,
      [`${path}/bias`, variable(64)] as const,
    ]);
    const tapped = layers.map(
      ({ path }) =>
        [path, { output: stats(8, 2048), outputGradient: stats(0.1, 2048), deadShare: 0 }] as const,
    );
    return {
      step,
      wallTimeMs: step,
      loss: loss(step),
      learningRate: 0.01,
      globalNorm: scale,
      variables: Object.fromEntries(variables),
      ...(step % 50 === 0 && { layers: Object.fromEntries(tapped) }),
    };
  });
  const optimizer = { className: 'SGD', config: { learningRate: 0.01 } };
  const data = { input: stats(100, 10_000), target: stats(50, 1000) };
  return { schema: 1, model: { layers, loss: 'meanSquaredError', optimizer }, backend: null, data, steps };
}

const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

function row(name: string, run: Run): BenchRow {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    // What rules remember belongs to one array of steps: each round meets a new one.
    const fresh = { ...run, steps: [...run.steps] };
    const start = cpuMs();
    diagnose(fresh, defaultRules);
    times.push(cpuMs() - start);
  }
  // The first third lets the compiler settle.
  const sorted = times.slice(ROUNDS / 3).sort((a, b) => a - b);
  const at = (share: number): number =>
    (sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN) / LIMIT_MS;
  if (at(0.5) > 1) process.exitCode = 1;
  return {
    bench: 'rules',
    case: `${STEPS} steps of ${LAYERS} layers, ${name}`,
    backend: 'none',
    variant: `${defaultRules.length} default rules`,
    baseline: `${LIMIT_MS} ms`,
    ratio: at(0.5),
    low: at(0.1),
    high: at(0.9),
  };
}

const rules: Bench = {
  summary: `CPU time of all default rules on a long history, over ${LIMIT_MS} ms; fails above that`,
  async *cases() {},
  async *rows() {
    yield row(
      'training well',
      history((step) => 0.05 + 0.95 * 0.99 ** step),
    );
    yield row(
      'failing',
      history((step) => 1 + 0.01 * Math.sin(7 * step)),
    );
  },
};

export default rules;
