import { describe, expect, test } from 'vitest';
import type { Alarm } from '../../../battery/peers/evidence.js';
import { observeForPeers } from '../../../battery/peers/observe-for-peers.js';
import { peers } from '../../../battery/peers/peers.js';
import type { Program } from '../../../battery/program.js';
import { runProgram } from '../../../battery/run-program.js';
import { program } from '../programs.js';

async function said(changes: Partial<Program>): Promise<ReadonlyMap<string, readonly string[]>> {
  let heard: ReadonlyMap<string, readonly Alarm[]> = new Map();
  await runProgram(
    program(changes),
    1,
    observeForPeers(peers, (alarms) => {
      heard = alarms;
    }),
  );
  return new Map([...heard].map(([name, alarms]) => [name, alarms.map(({ rule }) => rule)]));
}

const dense = (units: number, activation: string, more: object = {}) => ({
  className: 'Dense',
  config: { units, activation, ...more },
});
const points = { inputShape: [2] };
const long = { batchSize: 15, maxSteps: 60 };

describe('the published rules', () => {
  test('all notice that the gradient of a softmax over one unit is exactly zero', async () => {
    const found = await said({ ...long, layers: [dense(4, 'relu', points), dense(1, 'softmax')] });
    expect(found.get('SageMaker Debugger')).toContain('zero-gradient');
    expect(found.get('AutoTrainer')).toContain('dead-units');
    expect(found.get('DeepDiagnosis')).toContain('vanishing-gradient');
    expect(found.get('TheDeepChecker')).toContain('unchanged-weights');
  });

  test('name a relu into a cross-entropy, where they know of outputs', async () => {
    const found = await said({ ...long, layers: [dense(4, 'tanh', points), dense(1, 'relu')] });
    expect(found.get('DeepDiagnosis')?.[0]).toBe('output-loss-mismatch');
  });

  test('call vanishing what fades through eight sigmoids', async () => {
    const hidden = Array.from({ length: 8 }, (_, i) => dense(5, 'sigmoid', i === 0 ? points : {}));
    const found = await said({ ...long, layers: [...hidden, dense(1, 'sigmoid')] });
    for (const name of ['AutoTrainer', 'TheDeepChecker'])
      expect(found.get(name)).toContain('vanishing-gradient');
  });

  test('call a loss that is no number what it is', async () => {
    const found = await said({
      ...long,
      loss: 'meanSquaredError',
      layers: [dense(1, 'linear', points)],
      optimizer: { className: 'SGD', config: { learningRate: 1e9 } },
    });
    for (const [name, rules] of found) expect(rules, name).toContain('non-finite');
  });

  test('speak of gradients only where an accuracy does not rise: AutoTrainer', async () => {
    const found = await said({ ...long, optimizer: { className: 'Adam', config: { learningRate: 0.05 } } });
    expect(found.get('AutoTrainer')).toEqual([]);
  });
});
