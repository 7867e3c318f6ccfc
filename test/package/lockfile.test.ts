import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../sources.js';

interface Lockfile {
  readonly packages: Readonly<Record<string, { readonly optionalDependencies?: Record<string, string> }>>;
}

/**
 * Optional dependencies that no entry satisfies, looked up as Node does: beside the package, then in each folder above.
 * `npm ci` refuses a lockfile with such a gap, and elsewhere it would leave out a platform's binary without a word.
 */
function missingOptional({ packages }: Lockfile): string[] {
  return Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies)
      .filter((name) => {
        const above = path.split(/(?:^|\/)node_modules\//).slice(1);
        const places = [...above.keys(), above.length].map((depth) =>
          [...above.slice(0, depth), name].map((part) => `node_modules/${part}`).join('/'),
        );
        return !places.some((place) => place in packages);
      })
      .map((name) => `${path}: ${name}`),
  );
}

test('every optional platform dependency has its entry in package-lock.json', () => {
  const lockfile: Lockfile = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  expect(Object.values(lockfile.packages).some((entry) => entry.optionalDependencies)).toBe(true);
  expect(missingOptional(lockfile)).toEqual([]);
});

test('a lockfile without a platform is found out, wherever the package lies', () => {
  const packages = {
    'node_modules/rollup': {
      optionalDependencies: { '@rollup/rollup-darwin-arm64': '4', '@rollup/rollup-linux': '4' },
    },
    'node_modules/tsup/node_modules/esbuild': {
      optionalDependencies: { '@esbuild/linux': '1', '@esbuild/win32': '1' },
    },
    'node_modules/@rollup/rollup-linux': {},
    'node_modules/tsup/node_modules/@esbuild/linux': {},
  };
  expect(missingOptional({ packages })).toEqual([
    'node_modules/rollup: @rollup/rollup-darwin-arm64',
    'node_modules/tsup/node_modules/esbuild: @esbuild/win32',
  ]);
});
