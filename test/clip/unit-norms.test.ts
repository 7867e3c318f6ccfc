import * as tf from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, test } from 'vitest';
import { scaleUnits, unitNorms } from '../../src/clip/unit-norms.js';
import { backends } from './backends.js';

const read = (tensor: tf.Tensor): number[] => [...tensor.dataSync()];

describe.each(backends)('unitNorms and scaleUnits on %s', (backend) => {
  beforeEach(() => tf.setBackend(backend));

  test.each([
    {
      of: 'the columns of a dense kernel',
      shape: [2, 2],
      axes: [0],
      norms: [Math.hypot(1, 3), Math.hypot(2, 4)],
    },
    { of: 'the rows of an embedding', shape: [2, 2], axes: [1], norms: [Math.hypot(1, 2), Math.hypot(3, 4)] },
    { of: 'a whole vector', shape: [4], axes: [0], norms: [Math.hypot(1, 2, 3, 4)] },
    { of: 'a scalar', shape: [], axes: [], norms: [1] },
    { of: 'each element', shape: [4], axes: [], norms: [1, 2, 3, 4] },
    {
      of: 'an axis in the middle',
      shape: [2, 2, 2],
      axes: [0, 2],
      norms: [Math.hypot(1, 2, 5, 6), Math.hypot(3, 4, 7, 8)],
    },
    {
      of: 'axes with one between them',
      shape: [2, 2, 2],
      axes: [1],
      norms: [Math.hypot(1, 3), Math.hypot(2, 4), Math.hypot(5, 7), Math.hypot(6, 8)],
    },
  ])('measure and scale $of', ({ shape, axes, norms }) => {
    const size = shape.reduce((product, length) => product * length, 1);
    const tensor = tf.tensor(
      Array.from({ length: size }, (_, i) => i + 1),
      shape,
    );
    const { norm } = unitNorms(tensor, axes);
    expect(norm.shape).toEqual(shape.map((length, axis) => (axes.includes(axis) ? 1 : length)));
    read(norm).forEach((value, i) => {
      expect(value).toBeCloseTo(norms[i] ?? Number.NaN, 5);
    });
    // Scaled by their inverse, all units have norm 1.
    const unit = unitNorms(scaleUnits(tensor, tf.div(1, norm), axes), axes);
    for (const value of read(unit.norm)) expect(value).toBeCloseTo(1, 6);
    expect(read(scaleUnits(tensor, tf.onesLike(norm), axes))).toEqual(read(tensor));
  });

  test('neither overflow nor vanish, and keep NaN and infinity to their unit', () => {
    const tensor = tf.tensor2d([
      [3e20, 3e-30, 1, 1, 0],
      [4e20, 4e-30, NaN, Infinity, 0],
    ]);
    const { scale, relative, norm } = unitNorms(tensor, [0]);
    const [large = 0, small = 0, ...others] = read(norm);
    expect(large / 5e20).toBeCloseTo(1, 6);
    expect(small / 5e-30).toBeCloseTo(1, 6);
    expect(others).toEqual([NaN, Infinity, 0]);
    expect(read(scale).every((value) => value > 0 && Number.isFinite(value))).toBe(true);
    expect(read(relative).map(Number.isFinite)).toEqual([true, true, false, false, true]);
  });
});
