import { describe, expect, test } from 'vitest';
import type { LayerFacts, Run } from '../../src/record/run.js';
import { untrainableLayer } from '../../src/rules/index.js';
import { failing } from './facts.js';
import { chain, fallingLoss } from './histories.js';

const run = (layer: Partial<LayerFacts>): Run =>
  failing({ steps: 3, loss: fallingLoss, model: chain([{ path: 'h1', ...layer }, { path: 'out' }]) });

describe('untrainableLayer', () => {
  const check = (className: string, backend: Run['backend'], facts: Partial<LayerFacts> = {}) =>
    untrainableLayer().check({ ...run({ className, ...facts }), backend }).length > 0;
  const lacks = (...missingKernels: string[]) => ({ name: 'webgl', epsilon: 1e-7, missingKernels });
  const conv = 'Conv2DBackpropFilter';
  const depthwise = 'DepthwiseConv2dNativeBackpropFilter';
  const lookup = 'UnsortedSegmentSum';

  test.each([
    ['Conv1D', conv],
    ['Conv2D', conv],
    ['Conv2DTranspose', conv],
    ['ConvLSTM2D', conv],
    ['ConvLSTM2DCell', conv],
    ['DepthwiseConv2D', depthwise],
    ['SeparableConv2D', depthwise],
    ['DepthwiseConv2D', 'DepthwiseConv2dNativeBackpropInput'],
    ['Embedding', lookup],
  ])('%s needs %s', (className, kernel) => {
    expect(check(className, lacks(kernel))).toBe(true);
    expect(check(className, lacks('MaxPoolGrad', kernel))).toBe(true);
    expect(check(className, lacks('MaxPoolGrad'))).toBe(false);
    expect(check(className, lacks())).toBe(false);
  });

  test.each([
    ['Dense', conv],
    ['Conv3D', conv],
    ['DepthwiseConv2D', conv],
    ['Conv2DBlock', conv],
    ['MyConv2DTranspose', conv],
    ['Conv2DTransposeBlock', conv],
    ['MyConvLSTM2D', conv],
    ['MyDepthwiseConv2D', depthwise],
    ['SeparableConv2DBlock', depthwise],
    ['Conv2D', depthwise],
    ['PositionEmbedding', lookup],
    ['EmbeddingBag', lookup],
    ['Conv2D', 'FusedConv2DBackpropFilter'],
    ['Conv2D', 'Conv2DBackpropFilterV2'],
    ['DepthwiseConv2D', 'FusedDepthwiseConv2dNativeBackpropFilter'],
    ['Embedding', 'SparseUnsortedSegmentSum'],
    ['Embedding', 'UnsortedSegmentSumV2'],
  ])('%s does without %s', (className, kernel) => {
    expect(check(className, lacks(kernel))).toBe(false);
  });

  test.each(['Conv2D', 'SeparableConv2D', 'Embedding'])('wasm lacks what %s needs', (className) => {
    expect(check(className, { name: 'wasm', epsilon: 1e-7 })).toBe(true);
    expect(check(className, { name: 'webgl', epsilon: 1e-7 })).toBe(false);
    expect(check(className, null)).toBe(false);
  });

  test('a frozen layer needs no gradient', () => {
    expect(check('Conv2D', lacks(conv), { config: { trainable: false } })).toBe(false);
    expect(check('Conv2D', lacks(conv), { config: { trainable: true } })).toBe(true);
  });

  test('is a warning where training fails', () => {
    const sick = failing({ model: chain([{ path: 'conv', className: 'Conv2D' }, { path: 'out' }]) });
    expect(untrainableLayer().check({ ...sick, backend: lacks(conv) })).toMatchObject([
      { severity: 'warning', remedies: [] },
    ]);
  });
});
