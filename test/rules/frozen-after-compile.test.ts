import { describe, expect, test } from 'vitest';
import { chain, flatLoss, type Gradient, history } from './histories.js';
import { disconnectedWeights, frozenAfterCompile, lossPlateau } from './told.js';

/** A hidden layer and an output, either of which may be frozen, and their gradients. */
const run = (hidden: boolean, output: boolean, gradients: Readonly<Record<string, Gradient>>, steps = 20) =>
  history({
    steps,
    loss: flatLoss,
    gradients: () => gradients,
    model: chain([
      { path: 'hidden', ...(hidden && { frozen: true }) },
      { path: 'out', ...(output && { frozen: true }) },
    ]),
  });
const learns = { 'hidden/kernel': 1, 'out/kernel': 1 };

describe('layers that were frozen after compile', () => {
  test('are noted, for that is what many want who train on', () => {
    const found = frozenAfterCompile().check(run(true, false, { ...learns, 'hidden/kernel': null }));

    expect(found).toMatchObject([{ severity: 'info', where: 'hidden', evidence: { layers: 1 } }]);
  });

  test('are a warning where the output layer is one of them', () => {
    const frozen = { 'hidden/kernel': null, 'hidden/bias': null, 'out/kernel': null };

    expect(frozenAfterCompile().check(run(false, true, { ...learns, 'out/kernel': null }))).toMatchObject([
      { severity: 'warning', where: 'out', evidence: { layers: 1 } },
    ]);
    expect(frozenAfterCompile().check(run(true, true, frozen))).toMatchObject([
      {
        severity: 'warning',
        where: 'out',
        evidence: { layers: 2 },
        message: expect.stringMatching(/^out \(and 1 more\): /),
      },
    ]);
  });

  test('are not said to be disconnected, as those are that are not frozen', () => {
    const lost = { ...learns, 'hidden/kernel': null };

    expect(disconnectedWeights().check(run(true, false, lost))).toEqual([]);
    expect(disconnectedWeights().check(run(false, false, lost))).toHaveLength(1);
    expect(frozenAfterCompile().check(run(false, false, lost))).toEqual([]);
  });

  test('are not taken for such while they get gradients, or are not trained at all', () => {
    expect(frozenAfterCompile().check(run(true, true, learns))).toEqual([]);
    expect(frozenAfterCompile().check(run(true, false, { 'out/kernel': 1 }))).toEqual([]);
    expect(frozenAfterCompile().check(run(true, true, learns, 0))).toEqual([]);
  });

  test('explain a loss that stays', () => {
    expect(frozenAfterCompile().explains).toContain(lossPlateau().id);
  });
});
