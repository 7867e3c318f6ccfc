import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../sources.js';

/** A project of its own, outside the repository, with the packed library installed. */
export interface Consumer {
  readonly folder: string;
  /** Paths in the tarball. */
  readonly files: readonly string[];
}

/** Packs the library as `npm publish` would and unpacks it where a project has its dependencies, without a network. */
export function installConsumer(): Consumer {
  if (!distIsFresh())
    execFileSync(process.execPath, [join(root, 'node_modules/tsup/dist/cli-default.js')], { cwd: root });
  const folder = mkdtempSync(join(tmpdir(), 'gradient-health-consumer-'));
  const installed = join(folder, 'node_modules/gradient-health');
  mkdirSync(installed, { recursive: true });
  const packed = execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [{ filename, files }]: [{ filename: string; files: { path: string }[] }] = JSON.parse(packed);
  execFileSync('tar', ['-xzf', join(folder, filename), '-C', installed, '--strip-components=1']);
  symlinkSync(join(root, 'node_modules/@tensorflow'), join(folder, 'node_modules/@tensorflow'));
  cpSync(join(root, 'test/consumers/fixtures'), folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  return { folder, files: files.map(({ path }) => path) };
}

/** The same project, where the library finds a copy of tfjs-core of its own, as where versions disagree. */
export function withOwnCore({ folder, files }: Consumer): Consumer {
  const other = mkdtempSync(join(tmpdir(), 'gradient-health-consumer-'));
  cpSync(folder, other, { recursive: true, verbatimSymlinks: true });
  const name = '@tensorflow/tfjs-core';
  const from = join(root, 'node_modules', name);
  const to = join(other, 'node_modules/gradient-health/node_modules', name);
  mkdirSync(join(to, 'dist'), { recursive: true });
  for (const file of ['package.json', 'dist/tf-core.node.js']) cpSync(join(from, file), join(to, file));
  for (const needed of ['seedrandom', 'long', 'node-fetch']) {
    symlinkSync(join(root, 'node_modules', needed), join(other, 'node_modules', needed));
  }
  return { folder: other, files };
}

/** Whether no source is newer than what was built from it; `npm test` builds just before. */
function distIsFresh(): boolean {
  const built = ['index.js', 'index.cjs', 'index.d.ts', 'index.d.cts'].map((file) =>
    join(root, 'dist', file),
  );
  if (!built.every((file) => existsSync(file))) return false;
  const modified = (path: string): number => statSync(path).mtimeMs;
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).map((file) =>
    join(root, 'src', file),
  );
  return Math.max(...sources.map(modified)) <= Math.min(...built.map(modified));
}
