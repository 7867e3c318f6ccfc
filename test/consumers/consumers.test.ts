import { execFileSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { runInNewContext } from 'node:vm';
import { type BuildOptions, build } from 'esbuild';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readSources, root } from '../sources.js';
import { byRollup, byVite } from './bundlers.js';
import { type Consumer, installConsumer, withOwnCore } from './consumer.js';

let consumer: Consumer;
beforeAll(() => {
  consumer = installConsumer();
}, 600_000);
afterAll(() => rmSync(consumer.folder, { recursive: true }));

const run = (file: string, folder: string = consumer.folder): string =>
  execFileSync(process.execPath, [file], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });

describe('the tarball', () => {
  test('holds what is built and what is read, nothing else', () => {
    const built = Object.keys(readSources('src', '.ts'))
      .filter((path) => !/^src\/(kernels\/assembly|sinks\/tensorboard|dashboard|cli)\//.test(path))
      .map((path) => path.replace(/^src/, 'dist').replace(/ts$/, 'js'));
    const expected = [
      ...['CHANGELOG.md', 'LICENSE', 'README.md', 'THIRD-PARTY-LICENSES.txt', 'package.json'],
      ...['dist/index.cjs', 'dist/index.cjs.map', 'dist/index.d.cts', 'dist/index.d.ts'],
      ...built.flatMap((path) => [path, `${path}.map`]),
      ...['js', 'js.map', 'cjs', 'cjs.map', 'd.ts', 'd.cts'].map((type) => `dist/tensorboard.${type}`),
      ...['cjs', 'cjs.map', 'd.ts', 'd.cts'].map((type) => `dist/testing.${type}`),
      ...['dashboard', 'live'].flatMap((entry) =>
        ['js', 'cjs', 'd.ts', 'd.cts'].map((type) => `dist/${entry}.${type}`),
      ),
      'dist/cli.js',
      ...Object.keys(readSources('docs', '.md', { deep: false })),
      ...readdirSync(join(root, 'docs/pictures')).map((name) => `docs/pictures/${name}`),
    ];
    // What several entries share is named by its content.
    const files = consumer.files.filter((path) => !/^dist\/\w+-[\w-]{8}\.(d\.c?ts|c?js(\.map)?)$/.test(path));
    expect(files.sort()).toEqual(expected.sort());
  });

  test('holds every page and picture that its pages lead to, but for what concerns a checkout', () => {
    const pages = consumer.files.filter((path) => path.endsWith('.md'));
    const missing = pages.flatMap((page) => {
      const text = readFileSync(join(root, page), 'utf8');
      const links = [...text.matchAll(/\]\(([^)#\s]+)|(?:src|srcset)="([^"]+)"/g)].map(
        ([, a, b]) => a ?? b ?? '',
      );
      const files = links
        .filter((link) => !/^\w+:/.test(link))
        .map((link) => posix.join(posix.dirname(page), link));
      return files.filter((file) => !consumer.files.includes(file));
    });
    expect(new Set(missing)).toEqual(new Set(['ARCHITECTURE.md', 'CONTRIBUTING.md']));
  });

  test('holds every file that the manifest names, and brings no other package', () => {
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const named = JSON.stringify([manifest.main, manifest.module, manifest.types, manifest.exports]);
    const paths = [...named.matchAll(/"\.\/([^"]+)"(?!:)/g)].map(([, path = '']) => path);
    expect(paths.length).toBeGreaterThan(5);
    expect(paths.filter((path) => !consumer.files.includes(path))).toEqual([]);
    expect(manifest.dependencies).toBeUndefined();
  });
});

describe('a project in Node', () => {
  test('imports it as a module', () => {
    expect(run('train.mjs')).toBe('3 2\n');
  });

  test('has its command, which knows its version', () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const command = join(consumer.folder, 'node_modules/gradient-health/dist/cli.js');
    expect(execFileSync(process.execPath, [command, '--version'], { encoding: 'utf8' })).toBe(`${version}\n`);
  });

  test('requires it', () => {
    expect(run('train.cjs')).toBe('3 2\n');
  });

  test('writes event files, as a module and as required', () => {
    expect(run('events.mjs')).toBe('events.out.tfevents true\n');
    expect(run('events.cjs')).toBe('events.out.tfevents true\n');
  });

  test('renders a page, as a module and as required', () => {
    expect(run('page.mjs')).toBe('<!doctype html> true\n');
    expect(run('page.cjs')).toBe('<!doctype html> true\n');
  });

  test('shows a run live, as a module and as required', () => {
    expect(run('live.mjs')).toBe('200 403\n');
    expect(run('live.cjs')).toBe('200 403\n');
  });

  test('has a command, which writes the page of a log', () => {
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    expect(run(join('node_modules/gradient-health', manifest.bin['gradient-health']))).toContain(
      'gradient-health report LOG',
    );
  });

  test('shares one tfjs between both builds', () => {
    expect(JSON.parse(run('both.mjs'))).toEqual({
      sameBuild: false, // else this would test nothing
      copies: 2, // one of core, one of layers
      sameEngine: true,
      tensors: true,
      counted: 2, // one result of each build, on the one engine
      trained: [0.6, 0.8], // (3, 4) scaled to norm 1, by a strategy of the other build
    });
  });

  test('goes with the union package as with its parts', () => {
    expect(run('union.mjs')).toBe('3 5 true\n');
  });

  test('works beside another copy of tfjs-core, since copies share one engine', () => {
    const other = withOwnCore(consumer);
    const printed = run('copies.mjs', other.folder);
    rmSync(other.folder, { recursive: true });
    expect(JSON.parse(printed)).toEqual({
      copies: 2, // else this would test nothing
      records: 6,
      findings: [],
      clipped: true,
      outputs: 2,
      throughTime: 1,
      grown: 0,
    });
  });
});

describe('a project in TypeScript', () => {
  const pageTypes = ['dashboard', 'live'].flatMap((entry) => [`${entry}.d.ts`, `${entry}.d.cts`]);
  const strict: ts.CompilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noEmit: true,
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2022.d.ts'],
    types: [],
  };
  const node16 = { module: ts.ModuleKind.Node16, moduleResolution: ts.ModuleResolutionKind.Node16 };
  const bundler = { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler };

  test('compiles strictly with the union package too', () => {
    const file = join(consumer.folder, 'union.ts');
    const text = readFileSync(join(consumer.folder, 'typed.ts'), 'utf8');
    writeFileSync(file, text.replace(/@tensorflow\/tfjs-(core|layers)/g, '@tensorflow/tfjs'));
    const program = ts.createProgram([file], { ...strict, ...bundler, skipLibCheck: true });
    const source = program.getSourceFile(file);
    const errors = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    expect(ts.formatDiagnostics(errors, ts.createCompilerHost(strict))).toBe('');
  });

  test.each([
    [
      'node16',
      node16,
      ['typed.mts', 'typed.cts'],
      ['index.d.ts', 'index.d.cts', 'tensorboard.d.ts', 'tensorboard.d.cts'].concat(pageTypes),
    ],
    ['bundler', bundler, ['typed.ts'], ['index.d.ts', 'tensorboard.d.ts', 'dashboard.d.ts', 'live.d.ts']],
  ])(
    'compiles strictly with %s resolution, and so do our declarations',
    (_, resolution, names, declarations) => {
      const files = names.map((name) => join(consumer.folder, name));
      const ours = declarations.map((name) =>
        join(consumer.folder, 'node_modules/gradient-health/dist', name),
      );
      for (const file of files) cpSync(join(root, 'test/consumers/fixtures/typed.ts'), file);
      // Only these files: the declarations of tfjs 4.22 have errors of their own. No DOM: a server has none.
      const program = ts.createProgram(files, { ...strict, ...resolution, skipLibCheck: false });
      const errors = [...files, ...ours].flatMap((path) => {
        const file = program.getSourceFile(path);
        expect(file, path).toBeDefined();
        return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
      });
      expect(ts.formatDiagnostics(errors, ts.createCompilerHost(strict))).toBe('');
    },
  );
});

describe('a bundle', () => {
  /** As for a browser, which has no modules of Node: one in the library would fail here. */
  const bundle = async (entry: string, options: BuildOptions = {}) => {
    const { outputFiles, metafile } = await build({
      entryPoints: [join(consumer.folder, entry)],
      bundle: true,
      minify: true,
      format: 'esm',
      platform: 'browser',
      logLevel: 'silent',
      ...options,
      write: false,
      metafile: true,
    });
    const [output] = Object.values(metafile.outputs);
    const inputs = Object.entries(output?.inputs ?? {}).map(([path, { bytesInOutput }]) => ({
      path,
      bytesInOutput,
    }));
    return { code: outputFiles[0]?.text ?? '', imports: output?.imports ?? [], inputs };
  };
  const ownBytes = (inputs: readonly { path: string; bytesInOutput: number }[]): number =>
    inputs
      .filter(({ path }) => path.includes('gradient-health'))
      .reduce((sum, each) => sum + each.bytesInOutput, 0);

  test('needs tfjs-core and tfjs-layers, and nothing else', async () => {
    const { imports } = await bundle('all.mjs', { external: ['@tensorflow/*'] });
    const paths = new Set(imports.map(({ path }) => path));
    expect([...paths].sort()).toEqual(['@tensorflow/tfjs-core', '@tensorflow/tfjs-layers']);
  });

  test('of one clip holds that clip: neither tfjs-layers nor the watch, the rules or the initialisers', async () => {
    const { inputs } = await bundle('one.mjs');
    const paths = inputs.map(({ path }) => path);
    expect(paths.filter((path) => path.includes('tfjs-core')).length).toBeGreaterThan(0);
    expect(paths.filter((path) => path.includes('tfjs-layers'))).toEqual([]);
    expect(
      paths.filter((path) =>
        /gradient-health\/dist\/(?!clip\/|layout\/host-memory|record\/known-options)/.test(path),
      ),
    ).toEqual([]);
    expect(ownBytes(inputs)).toBeLessThan(8_000);
  });

  test('of the event writer holds what it needs of other packages, and nothing of tfjs', async () => {
    const { imports, inputs } = await bundle('events-all.mjs');
    expect(imports).toEqual([]);
    expect(inputs.map(({ path }) => path.split('/').at(-1))).toEqual(['tensorboard.js', 'events-all.mjs']);
    expect(ownBytes(inputs)).toBeLessThan(20_000);
  });

  test('of the mounted dashboard holds the chart library, and nothing of tfjs or of the page as a file', async () => {
    const { code, imports } = await bundle('mount.mjs');
    expect(imports).toEqual([]);
    expect(code).not.toContain('<!doctype html>');
    expect(code.length).toBeLessThan(450_000);
  });

  test('of no name is empty, for importing has no side effect', async () => {
    const { code, imports } = await bundle('none.mjs');
    expect({ code: code.trim(), imports }).toEqual({ code: '', imports: [] });
  });

  test('by Rollup of one clip holds that clip, and needs tfjs-core alone', async () => {
    const { code, modules } = await byRollup(join(consumer.folder, 'one.mjs'));
    expect(
      modules.filter(
        (path) =>
          !/(gradient-health\/dist\/(clip\/|layout\/host-memory|record\/known-options)|one\.mjs$)/.test(path),
      ),
    ).toEqual([]);
    expect([...code.matchAll(/from '([^']+)'/g)].map(([, path]) => path)).toEqual(['@tensorflow/tfjs-core']);
  });

  test('by Rollup of a whole program trains', async () => {
    const { code } = await byRollup(join(consumer.folder, 'train.mjs'));
    writeFileSync(join(consumer.folder, 'rolled.mjs'), code);
    expect(run('rolled.mjs')).toBe('3 2\n');
  });

  test.each([
    ['esbuild', async () => (await bundle('train.mjs', { format: 'iife' })).code],
    ['Vite', () => byVite(consumer.folder, 'train.mjs')],
  ])('by %s of a whole program trains where there is nothing of Node', async (_, make) => {
    const code = await make();
    const printed = new Promise((resolve, reject) => {
      const console = { log: (...values: unknown[]) => resolve(values), warn: () => {}, error: reject };
      const names = { console, performance, setTimeout, clearTimeout, TextEncoder, TextDecoder };
      const worker: Record<string, unknown> = { ...names, WorkerGlobalScope: class {}, fetch: () => {} };
      worker['self'] = worker;
      runInNewContext(code, worker);
    });
    expect(await printed).toEqual([3, 2]);
  });
});
