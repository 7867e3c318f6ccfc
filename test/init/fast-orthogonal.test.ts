import { initializers as tfjsInitializers } from '@tensorflow/tfjs-layers';
import { initializers } from 'gradient-health';
import { describe, expect, test } from 'vitest';
import { fastOrthogonal } from '../../src/init/fast-orthogonal.js';
import { draw } from './family.js';

/** As an initialiser of this library fills it. */
function filled(given: unknown): Float32Array {
  const initializer = fastOrthogonal(given) as initializers.Initializer;
  expect(Object.hasOwn(initializer, 'apply')).toBe(true);
  return draw(initializer, [3, 3]);
}

const saved = (config?: object) => ({ className: 'Orthogonal', ...(config && { config }) });

describe('in the place of the orthogonal initialiser of tfjs', () => {
  test.each([
    ['nothing', undefined],
    ['null', null],
    ['its name', 'orthogonal'],
    ['it as saved without a configuration', saved()],
    ['it as saved without options', saved({ seed: null, gain: null })],
  ])('%s is an orthogonal matrix of chance', (_, given) => {
    const [values, again] = [filled(given), filled(given)];
    expect(values).not.toEqual(again);
    const rowNorm = Math.hypot(values[0]!, values[1]!, values[2]!);
    expect(rowNorm).toBeCloseTo(1, 5);
  });

  test('it as saved keeps its seed, 0 too, and its gain', () => {
    expect(filled(saved({ seed: 0, gain: 2 }))).toEqual(
      draw(initializers.orthogonal({ seed: 0, gain: 2 }), [3, 3]),
    );
    expect(filled(saved({ seed: 3, gain: null }))).toEqual(
      draw(initializers.orthogonal({ seed: 3 }), [3, 3]),
    );
  });

  test.each([
    ['another name', 'glorotNormal'],
    ['another as saved', { className: 'Zeros', config: {} }],
    ['an instance', tfjsInitializers.zeros()],
    ['an instance of this library', initializers.orthogonal()],
  ])('%s is left as it is', (_, given) => {
    expect(fastOrthogonal(given)).toBe(given);
  });
});
