import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parsePrograms } from '../../battery/parse-programs.js';
import { program } from './programs.js';

const parse = (...programs: unknown[]) => parsePrograms(JSON.stringify(programs));

describe('parsePrograms', () => {
  test('returns what it read', () => {
    expect(parse(program(), program({ id: 'other' }))).toEqual([program(), program({ id: 'other' })]);
  });

  test.each<[string, object, string]>([
    [
      'unknown field',
      { foo: 1 },
      'program small: unknown field "foo"; it may have id, source, comment, data',
    ],
    ['missing field', { loss: undefined }, 'program small: loss must be a string, got nothing'],
    ['wrong type', { batchSize: 0.5 }, 'program small: batchSize must be a positive integer, got 0.5'],
    [
      'unknown kind of data',
      { data: { kind: 'rings' } },
      'program small: data: kind must be "adding" or "blobs"',
    ],
    [
      'field of other data',
      { data: { kind: 'moons', n: 9, factor: 1 } },
      'program small: data (moons): unknown field "factor"',
    ],
    [
      'share above 1',
      { data: { kind: 'moons', n: 9, missing: 2 } },
      'program small: data (moons): missing must be a number from 0 to 1, got 2',
    ],
    [
      'missing size of data',
      { data: { kind: 'moons' } },
      'program small: data (moons): n must be a positive integer, got nothing',
    ],
    [
      'ragged numbers',
      { data: { kind: 'inline', x: [[1], [1, 2]], y: [1, 2] } },
      'program small: data (inline): x must be a list of numbers',
    ],
    [
      'field of a layer',
      { layers: [{ className: 'Dense', units: 3 }] },
      'program small: layer 0: unknown field "units"; it may have className, config',
    ],
    [
      'unknown layer',
      { layers: [{ className: 'Dens' }] },
      'program small: layer 0: there is no layer of class Dens',
    ],
    [
      'unknown optimizer',
      { optimizer: { className: 'sgd' } },
      'program small: optimizer: className must be "SGD" or "Momentum"',
    ],
    [
      'unknown setting of the optimizer',
      { optimizer: { className: 'Adam', config: { clipValue: 1 } } },
      'program small: optimizer: Adam: unknown field "clipValue"; it may have learningRate, beta1, beta2, epsilon',
    ],
    [
      'unknown clip',
      { clip: { name: 'clip', limit: 1 } },
      'program small: clip: name must be "clipByGlobalNorm"',
    ],
    [
      'unknown metric',
      { goal: { metric: 'f1', min: 1 } },
      'program small: goal: metric must be "accuracy" or "loss"',
    ],
    [
      'goal without a bound',
      { goal: { metric: 'loss' } },
      'program small: goal: it must have either min or max',
    ],
    ['two models', { model: {} }, 'program small: it must have either layers or model'],
  ])('names program and field of an error: %s', (_, changes, message) => {
    expect(() => parse({ ...program(), ...changes })).toThrow(RangeError);
    expect(() => parse({ ...program(), ...changes })).toThrow(message);
  });

  test('counts a program that has no id, and refuses the same id twice', () => {
    expect(() => parse(program(), { faulty: true })).toThrow('program 2 of the file: id must be a string');
    expect(() => parse(program(), program())).toThrow('program small: there are two programs of this id');
    expect(() => parsePrograms('{}')).toThrow('a battery file must hold a list of programs');
  });
});

const folder = new URL('../../battery/programs/', import.meta.url);
const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
const all = files.flatMap((file) => parsePrograms(readFileSync(new URL(file, folder), 'utf8')));

describe.each(files)('the programs of %s', (file) => {
  const programs = parsePrograms(readFileSync(new URL(file, folder), 'utf8'));

  test('say which rules name the right cause of each fault, where they come from, and what they are to reach', () => {
    for (const { faulty, causes = [], source = '', goal } of programs) {
      expect(causes.length > 0).toBe(faulty);
      expect(source).not.toBe('');
      expect(goal).toBeDefined();
    }
  });

  test('that are repaired have the goal and the steps of the program that they repair', () => {
    for (const { id, goal, maxSteps, faulty } of programs.filter((each) => each.id.endsWith('-fixed'))) {
      expect(faulty).toBe(false);
      expect(programs.find((each) => `${each.id}-fixed` === id)).toMatchObject({
        goal,
        maxSteps,
        faulty: true,
      });
    }
  });
});

describe('the programs of the battery', () => {
  test('are at least 60, of which at least a third each is faulty and healthy, with an id of their own', () => {
    expect(all.length).toBeGreaterThanOrEqual(60);
    expect(all.filter(({ faulty }) => faulty).length).toBeGreaterThan(all.length / 3);
    expect(all.filter(({ faulty }) => !faulty).length).toBeGreaterThan(all.length / 3);
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
  });
});
