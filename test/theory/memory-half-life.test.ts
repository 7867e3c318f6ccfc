import { theory } from 'gradient-health';
import { describe, expect, test } from 'vitest';

describe('memoryHalfLife', () => {
  test('is the number of steps in which a gate forgets half', () => {
    for (const gate of [0.1, 0.5, 0.9, 0.999]) {
      expect(gate ** theory.memoryHalfLife(gate)).toBeCloseTo(0.5, 12);
    }
  });

  test('is 0 for a shut gate and infinite for an open one', () => {
    expect([theory.memoryHalfLife(0), theory.memoryHalfLife(1)]).toEqual([0, Infinity]);
  });

  test('throws for what is no opening', () => {
    expect(() => theory.memoryHalfLife(1.5)).toThrow('memoryHalfLife: gate must be in [0, 1], got 1.5');
    expect(() => theory.memoryHalfLife(Number.NaN)).toThrow(
      'memoryHalfLife: gate must be in [0, 1], got NaN',
    );
  });
});
