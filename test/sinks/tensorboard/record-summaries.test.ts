import { describe, expect, test } from 'vitest';
import { recordSummaries } from '../../../src/sinks/tensorboard/record-summaries.js';
import type { Summary } from '../../../src/sinks/tensorboard/summary.js';
import { history } from '../../rules/histories.js';
import { fullRecord } from './recorded.js';

const shown = (summary: Summary) =>
  'scalar' in summary ? summary.scalar : 'histogram' in summary ? summary.histogram : summary.text;
const byTag = (summaries: readonly Summary[]) =>
  Object.fromEntries(summaries.map((summary) => [summary.tag, shown(summary)]));

describe('recordSummaries', () => {
  test('shows everything that a record holds', () => {
    expect(byTag(recordSummaries(fullRecord(), () => false))).toEqual({
      'all/loss': 0.5,
      'all/learning_rate': 0.01,
      'all/gradient_norm': Number.NaN,
      'all/loss_scale': 1024,
      'all/watch_share': 0.01,
      'clip/norm_after': 2,
      'clip/fired': 1,
      'clip/rejected': 1,
      'clip/cosine': 0.5,
      'gradient_norm/lstm': Number.NaN, // an element of the bias is
      'weight_norm/lstm': Math.SQRT2, // of two weights, each of norm 1
      'weight_norm/out': 1,
      'update_ratio/lstm': Math.hypot(0.05, 0.12) / Math.SQRT2, // updates of 0.01 of the norms 5 and 12
      'update_ratio/out': 0,
      'non_finite/lstm/bias': 1,
      'gradients/lstm/kernel': [
        [-4, -4, 1],
        [-4, 0, 0],
        [0, 0, 1],
        [0, 3, 0],
        [3, 3, 1],
      ],
      'gradients/lstm/bias': [[12, 12, 1]],
      'weights/out/kernel': [[0.25, 0.25, 1]],
      'dead_share/lstm': 0.25,
      'saturated_share/lstm': 0.75,
      'activations/lstm': [[0.5, 0.5, 1]],
      'activation_gradients/lstm': [[2, 2, 1]],
      'activations/out': [[1, 1, 1]],
      'through_time/lstm/hidden_first_over_last': 0.25,
      'through_time/lstm/cell_first_over_last': 0,
      'gradient_through_time/lstm/hidden': [
        [0, 1, 1],
        [1, 2, 2],
        [2, 3, 4],
      ],
      'gradient_through_time/lstm/cell': [
        [0, 1, 0],
        [1, 2, 0], // NaN
        [2, 3, 5],
      ],
      'gate_mean/lstm/forget': 0.7,
      'gate_saturated_share/lstm/forget': 0.1,
    });
  });

  test('shows no more than a record holds', () => {
    const [record] = history({ steps: 1, loss: () => null, gradients: () => ({ 'a/kernel': 3 }) }).steps;
    expect(byTag(recordSummaries({ ...record!, learningRate: null }, () => false))).toEqual({
      'all/gradient_norm': 3,
      'gradient_norm/a': 3,
      'weight_norm/a': 1,
      'update_ratio/a': 0.03,
    });
  });

  test('takes the cells of a layer together where the model is known', () => {
    const gradients = () => ({ 'rnn/cell_1/kernel': 3, 'rnn/cell_2/kernel': 4 });
    const [record] = history({ steps: 1, gradients }).steps;
    const norms = (isLayer: (path: string) => boolean) =>
      recordSummaries(record!, isLayer).filter(({ tag }) => tag.startsWith('gradient_norm/'));

    expect(norms((path) => path === 'rnn')).toEqual([{ tag: 'gradient_norm/rnn', scalar: 5 }]);
    expect(norms(() => false)).toHaveLength(2);
  });

  test('draws a long sequence with few bars, whose heights are sums', () => {
    const hiddenGradientNorms = Array.from({ length: 1001 }, () => 1);
    const record = { ...fullRecord(), throughTime: { rnn: { hiddenGradientNorms } } };
    const bars = byTag(recordSummaries(record, () => false))['gradient_through_time/rnn/hidden'];

    expect(bars).toHaveLength(59); // ceil(1001 / 17)
    expect(bars).toEqual(
      expect.arrayContaining([
        [0, 17, 17],
        [986, 1001, 15],
      ]),
    );
  });
});
