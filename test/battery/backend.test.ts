import { expect, test } from 'vitest';
import { backendFor } from '../../battery/backend.js';
import { program } from './programs.js';

const of = (...names: string[]) => backendFor(program({ layers: names.map((className) => ({ className })) }));

test('programs train on wasm unless it lacks a gradient that a layer needs, or has it wrong', () => {
  expect(of('Dense', 'LSTM', 'BatchNormalization')).toBe('wasm');
  for (const name of [
    'Conv1D',
    'Conv2D',
    'SeparableConv2D',
    'DepthwiseConv2D',
    'Conv3D',
    'ConvLSTM2D',
    'Embedding',
  ]) {
    expect(of('Dense', name), name).toBe('cpu');
  }
});

test('a layer inside another, or in a full topology, counts', () => {
  const inner = { className: 'TimeDistributed', config: { layer: { className: 'Conv2D', config: {} } } };
  expect(backendFor(program({ layers: [inner] }))).toBe('cpu');
  const { layers: _, ...rest } = program({
    model: { class_name: 'Model', config: { layers: [{ class_name: 'Embedding' }] } },
  });
  expect(backendFor(rest)).toBe('cpu');
});
