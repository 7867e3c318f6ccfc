import * as tf from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, test } from 'vitest';
import { clipStateFromJson, clipStateToJson } from '../../src/clip/state-json.js';
import { backends } from './backends.js';

describe.each(backends)('the state of a strategy as JSON on %s', (backend) => {
  beforeEach(() => tf.setBackend(backend));

  test('comes back bit by bit', async () => {
    const numbers = [0.1, -0, 1e-45, 3.4028234663852886e38, NaN, Infinity, -Infinity];
    const state = { 'squares/a/kernel': tf.tensor2d([numbers]), steps: tf.scalar(3), none: tf.zeros([0, 2]) };
    const restored = clipStateFromJson(await clipStateToJson(state));
    expect(Object.keys(restored)).toEqual(Object.keys(state));
    expect(restored['squares/a/kernel']?.shape).toEqual([1, 7]);
    expect(restored['steps']?.shape).toEqual([]);
    expect(restored['none']?.shape).toEqual([0, 2]);
    // toEqual tells -0 from 0
    expect([...(restored['squares/a/kernel']?.dataSync() ?? [])]).toEqual(numbers.map(Math.fround));
  });

  test('is written without a tensor left behind, though a step disposes the state meanwhile', async () => {
    const before = tf.memory().numTensors;
    const norms = tf.tensor1d([1, 2]);
    const written = clipStateToJson({ norms });
    norms.dispose();
    expect(await written).toBe('{"norms":{"shape":[2],"values":[1,2]}}');
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('clipStateFromJson', () => {
  test.each([
    ['[]', 'an object'],
    ['null', 'an object'],
    ['{"a":1}', "a shape and values for 'a'"],
    ['{"a":{"shape":[2]}}', "a shape and values for 'a'"],
    ['{"a":{"shape":["2"],"values":[1,2]}}', "a shape and values for 'a'"],
    ['{"a":{"shape":[-1],"values":[]}}', "a shape and values for 'a'"],
    ['{"a":{"shape":[1,1,1,1,1,1,1],"values":[1]}}', "a shape and values for 'a'"],
    ['{"a":{"shape":{"length":0},"values":[1]}}', "a shape and values for 'a'"],
    ['{"a":{"shape":[1],"values":[null]}}', "numbers for 'a'"],
    ['{"a":{"shape":[1],"values":[[1]]}}', "numbers for 'a'"],
    ['{"a":{"shape":[2],"values":[1]}}', "as many values as the shape of 'a' holds"],
    ['{"a":{"shape":[1],"values":["one"]}}', "numbers for 'a'"],
  ])('refuses %s', (json, expected) => {
    expect(() => clipStateFromJson(json)).toThrow(new TypeError(`clipStateFromJson: expected ${expected}`));
  });

  test('takes tensors of six axes, the most that tfjs has', () => {
    expect(clipStateFromJson('{"a":{"shape":[1,1,1,1,1,1],"values":[2]}}')['a']?.shape).toHaveLength(6);
  });

  test('refuses what is no JSON', () => {
    expect(() => clipStateFromJson('{')).toThrow(SyntaxError);
    expect(() => clipStateFromJson('{')).toThrow(/^clipStateFromJson: expected JSON: SyntaxError/);
  });
});
