import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readSources, root } from '../sources.js';

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const workflows = readSources('.github/workflows', '.yml');
const workflow = (name: string): string => workflows[`.github/workflows/${name}.yml`] ?? '';

describe('the package', () => {
  test('runs nothing where it is installed', () => {
    const hooks = ['preinstall', 'install', 'postinstall', 'preuninstall', 'uninstall', 'postuninstall'];
    expect(hooks.filter((hook) => hook in manifest.scripts)).toEqual([]);
    // A `binding.gyp` would be built by npm without any script.
    expect(manifest.gypfile).toBeUndefined();
    expect(manifest.files.filter((path: string) => path.includes('gyp'))).toEqual([]);
  });

  test('depends on nothing but its peers, which the user chooses', () => {
    expect(
      Object.keys(manifest)
        .filter((key) => /dependencies$/i.test(key))
        .sort(),
    ).toEqual(['devDependencies', 'peerDependencies']);
    expect(Object.keys(manifest.peerDependencies)).toEqual([
      '@tensorflow/tfjs-core',
      '@tensorflow/tfjs-layers',
    ]);
  });

  test('is built before it is packed, by hand or to be published', () => {
    expect(manifest.scripts.prepack).toBe('npm run -s build');
  });

  test('pins what it is built and tested with', () => {
    const versions = Object.values<string>(manifest.devDependencies);
    expect(versions.filter((version) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
  });
});

describe('the workflows', () => {
  test('try what a newcomer tries, on every supported Node', () => {
    expect(workflow('ci')).toContain('bash .ci/run');
    const [, versions = ''] = /node: \[([^\]]+)\]/.exec(workflow('ci')) ?? [];
    expect(versions.split(', ')).toEqual(['20', '22', '24']);
    expect(manifest.engines.node).toBe(`>=${versions.split(', ')[0]}`);
  });

  test('publish only what has passed, with a proof of its origin and without a token', () => {
    const steps = [...workflow('publish').matchAll(/run: (.+)/g)].map(([, command]) => command);
    expect(steps.slice(-3)).toEqual([
      'bash .ci/run',
      'npm audit --omit=dev',
      'npm publish --provenance --access public',
    ]);
    expect(workflow('publish')).toContain('id-token: write');
  });

  test('may read the repository and no more, but for that proof', () => {
    for (const [path, text] of Object.entries(workflows)) {
      expect(text, path).toMatch(/^permissions:\n {2}contents: read$/m);
      const granted = [...text.matchAll(/^ +([\w-]+): write$/gm)].map(([, scope]) => scope);
      expect(granted, path).toEqual(path.endsWith('publish.yml') ? ['id-token'] : []);
      expect(text, path).not.toContain('secrets.');
    }
  });
});
