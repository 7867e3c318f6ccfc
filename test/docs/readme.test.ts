import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as library from 'gradient-health';
import * as dashboard from 'gradient-health/dashboard';
import * as live from 'gradient-health/live';
import * as tensorboard from 'gradient-health/tensorboard';
import * as testing from 'gradient-health/testing';
import { describe, expect, test } from 'vitest';
import { root } from '../sources.js';

const readme = readFileSync(join(root, 'README.md'), 'utf8');

describe('the README', () => {
  test('shows examples/quick-start.ts as it is', () => {
    expect(readme).toContain(readFileSync(join(root, 'examples/quick-start.ts'), 'utf8'));
  });

  test('names every function of the library, and none that is not there', () => {
    const isGroup = (value: unknown): value is object =>
      typeof value === 'object' && value !== null && !Array.isArray(value);
    const exported = [library, tensorboard, dashboard, live, testing]
      .flatMap((entry) => Object.entries(entry))
      .flatMap(([name, value]) =>
        isGroup(value) ? Object.keys(value).map((member) => `${name}.${member}`) : [name],
      );
    const tables = readme.slice(readme.indexOf('## Functions'));
    const named = [...tables.matchAll(/`((?:\w+\.)?\w+)(?:\([^`]*\))?`/g)].map(([, name]) => name ?? '');
    const functions = named.filter((name) => /[a-z][A-Z.]|\(/.test(name) || exported.includes(name));
    expect(exported.filter((name) => !named.includes(name))).toEqual([]);
    expect(functions.filter((name) => !exported.includes(name))).toEqual([]);
  });
});
