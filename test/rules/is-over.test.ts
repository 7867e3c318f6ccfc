import { describe, expect, test } from 'vitest';
import { isOver } from '../../src/rules/is-over.js';
import { symptoms } from '../../src/rules/symptoms.js';
import { failing } from './facts.js';
import { fallingLoss, flatLoss } from './histories.js';

/** A binary classifier whose loss falls from 0.7 to this; a constant prediction has 0.69. */
const fallingTo = (end: number) => failing({ loss: (step) => end + (0.7 - end) * 0.9 ** step });
const causes = ['learning-rate', 'gate-saturation'];
const signs = ['vanishing-through-time', ...symptoms];
const overIn = (run: ReturnType<typeof failing>) => [...causes, ...signs].filter((rule) => isOver(run, rule));

describe('what was found and is found no more', () => {
  test('is over where the loss is at half of a constant prediction, whatever it is', () => {
    expect(overIn(fallingTo(0.34))).toEqual([...causes, ...signs]);
    expect(overIn(failing({ loss: fallingLoss }))).toEqual([...causes, ...signs]);
  });

  test('is over only if a sign or a short memory, where the loss beats a constant prediction by less', () => {
    expect(overIn(fallingTo(0.36))).toEqual(signs);
    expect(overIn(fallingTo(0.6))).toEqual(signs);
  });

  test('is over with any success where no share of the loss is known', () => {
    const sinking = (loss: (step: number) => number) => overIn(failing({ loss, model: null }));
    expect(sinking((step) => -1 - step)).toEqual([...causes, ...signs]);
    expect(sinking((step) => -1 - 0.02 * Math.sin(7 * step))).toEqual([]);
  });

  test('is not over where nothing was learned, or too little is known', () => {
    expect(overIn(failing({ loss: flatLoss }))).toEqual([]);
    expect(overIn(failing({ loss: () => 0.1, steps: 5 }))).toEqual([]);
  });

  test('is over where the loss is all but gone, also where a constant prediction is not known', () => {
    const run = failing({ loss: (step) => 0.5 ** step, model: null });
    expect(overIn(run)).toEqual([...causes, ...signs]);
  });
});
