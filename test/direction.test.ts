import { builtinModules } from 'node:module';
import { basename, dirname, join, normalize } from 'node:path/posix';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { readSources } from './sources.js';

const maxLines = 350;

interface Folder {
  /** Folders it may import; every folder but `record` and `kernels` may import `record` and `stats` too. */
  readonly uses: readonly string[];
  /** Folders of which it may import types only. */
  readonly usesTypes?: readonly string[];
  /** Packages of tfjs it may import. */
  readonly tfjs: readonly ('core' | 'layers')[];
  /** Whether it may import modules of Node. */
  readonly node?: boolean;
}

/** The design's "Layout and direction", as data. */
const folders: Readonly<Record<string, Folder>> = {
  record: { uses: [], tfjs: [] },
  kernels: { uses: [], tfjs: [] },
  stats: { uses: ['kernels'], tfjs: [] },
  theory: { uses: [], tfjs: [] },
  rules: { uses: [], tfjs: [] },
  report: { uses: [], tfjs: [] },
  sinks: { uses: ['report'], tfjs: [] },
  dashboard: { uses: ['report'], tfjs: [] },
  cli: { uses: ['dashboard', 'rules', 'report'], tfjs: [], node: true },
  testing: { uses: ['treat', 'watch', 'rules', 'report'], tfjs: ['core', 'layers'] },
  layout: { uses: [], tfjs: ['core', 'layers'] },
  clip: { uses: ['layout'], tfjs: ['core'] },
  watch: { uses: ['layout', 'kernels', 'rules', 'report', 'sinks'], usesTypes: ['clip'], tfjs: ['core'] },
  init: { uses: ['layout', 'theory'], tfjs: ['core', 'layers'] },
  layers: { uses: ['layout', 'kernels', 'init'], tfjs: ['core', 'layers'] },
  treat: {
    uses: ['layout', 'clip', 'watch', 'init', 'layers', 'theory', 'rules', 'report', 'sinks', 'kernels'],
    tfjs: ['core', 'layers'],
  },
};

/** Packages that the build bundles, and the only place that may import each. */
const bundled: Readonly<Record<string, RegExp>> = {
  '@bufbuild/protobuf/wire': /^src\/sinks\/tensorboard\//,
  '@observablehq/plot': /^src\/dashboard\/page\//,
};

/** The half of `watch` that knows models, and may therefore import tfjs-layers as a value. */
const modelHalf = /^src\/watch\/(model[^/]*|watch)\.ts$/;

interface Import {
  readonly to: string;
  readonly typeOnly: boolean;
}

function importsOf(path: string, source: string): Import[] {
  const imports: Import[] = [];
  const add = (specifier: ts.Node | undefined, typeOnly: boolean): void => {
    if (specifier && ts.isStringLiteralLike(specifier)) imports.push({ to: specifier.text, typeOnly });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      const names = node.importClause?.namedBindings;
      const allTypes =
        names !== undefined &&
        ts.isNamedImports(names) &&
        names.elements.length > 0 &&
        names.elements.every((name) => name.isTypeOnly);
      add(node.moduleSpecifier, node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword || allTypes);
    } else if (ts.isExportDeclaration(node)) {
      add(node.moduleSpecifier, node.isTypeOnly);
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      add(node.argument.literal, true);
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      add(node.arguments[0], false);
    } else if (ts.isExternalModuleReference(node)) {
      add(node.expression, false);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, source, ts.ScriptTarget.Latest));
  return imports;
}

const folderOf = (path: string): string | undefined => /^src\/([^/]+)\//.exec(path)?.[1];
const targetOf = (from: string, to: string): string =>
  normalize(join(dirname(from), to)).replace(/\.js$/, '.ts');

/** What forbids this import, or `null`. */
function ruleAgainst(from: string, { to, typeOnly }: Import): string | null {
  const folder = folderOf(from);
  const rules = folder === undefined ? undefined : folders[folder];
  if (to.startsWith('.')) {
    if (targetOf(from, to) === 'src/index.ts') return 'nothing imports index';
    const target = folderOf(targetOf(from, to));
    if (target === undefined) return 'imports stay inside src';
    if (rules === undefined || target === folder) return null;
    if (folder === 'record' || folder === 'kernels') return `${folder} imports nothing of ours`;
    if (['record', 'stats', ...rules.uses].includes(target)) return null;
    if (rules.usesTypes?.includes(target))
      return typeOnly ? null : `${folder} imports ${target} as types only`;
    return `${folder} does not import ${target}`;
  }
  if (to.startsWith('node:') || builtinModules.includes(to)) {
    return rules?.node ? null : 'only cli imports modules of Node';
  }
  const tfjs = /^@tensorflow\/tfjs-(core|layers)$/.exec(to)?.[1];
  if (tfjs === undefined) {
    if (bundled[to]?.test(from)) return null;
    if (!to.startsWith('@tensorflow/')) return 'there are no runtime dependencies';
    return 'only the roots of tfjs-core and tfjs-layers are imported: no deep path, no backend, no union package';
  }
  if (rules === undefined) return 'index only re-exports';
  if (rules.tfjs.some((allowed) => allowed === tfjs)) return null;
  if (rules.tfjs.length === 0) return `${folder} never imports tfjs`;
  if (typeOnly || modelHalf.test(from)) return null;
  return `${folder} imports tfjs-layers as types only`;
}

/** Import cycles, each named once by its files. */
function cyclesIn(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const walk = (file: string, trail: readonly string[]): void => {
    const at = trail.indexOf(file);
    if (at >= 0) found.push([...trail.slice(at), file].join(' -> '));
    if (at >= 0 || done.has(file)) return;
    for (const next of graph.get(file) ?? []) walk(next, [...trail, file]);
    done.add(file);
  };
  for (const file of graph.keys()) walk(file, []);
  return found;
}

/** Every file that this one imports, directly or not. */
function reachableFrom(entry: string, files: Readonly<Record<string, string>>): string[] {
  const found = new Set([entry]);
  // A set is walked in the order of insertion, what is added meanwhile included.
  for (const path of found) {
    for (const { to } of importsOf(path, files[path] ?? '')) {
      if (to.startsWith('.')) found.add(targetOf(path, to));
    }
  }
  return [...found];
}

/** Every breach of the design in these files: `file: import: rule`. */
function breaches(files: Readonly<Record<string, string>>): string[] {
  const found: string[] = [];
  const graph = new Map<string, string[]>();
  for (const [path, source] of Object.entries(files)) {
    const folder = folderOf(path);
    const lines = source.trimEnd().split('\n').length;
    if (lines > maxLines) found.push(`${path}: ${lines} lines: no file is longer than ${maxLines}`);
    if (/(utils?|helpers?)\.ts$/.test(basename(path)))
      found.push(`${path}: name: a file is named after its export`);
    if (folder === undefined && path !== 'src/index.ts')
      found.push(`${path}: place: src itself holds index.ts only`);
    if (folder !== undefined && !(folder in folders))
      found.push(`${path}: place: the design has no folder ${folder}`);
    const imports = importsOf(path, source);
    for (const each of imports) {
      const rule = ruleAgainst(path, each);
      if (rule !== null) found.push(`${path}: imports ${each.to}: ${rule}`);
    }
    const own = imports.filter(({ to }) => to.startsWith('.')).map(({ to }) => targetOf(path, to));
    graph.set(path, [...new Set(own)]);
  }
  return [...found, ...cyclesIn(graph).map((cycle) => `${cycle}: no import cycles`)];
}

describe('the source', () => {
  const files = readSources('src', '.ts');

  test('keeps to the direction of the design', () => {
    expect(Object.keys(files).length).toBeGreaterThan(1);
    expect(breaches(files)).toEqual([]);
  });

  test('of the main entry has nothing of the other entries', () => {
    const reached = reachableFrom('src/index.ts', files);
    expect(reached.length).toBeGreaterThan(100);
    expect(reached.filter((path) => /^src\/(sinks\/tensorboard|dashboard|cli|testing)\//.test(path))).toEqual(
      [],
    );
    expect(reachableFrom('src/sinks/tensorboard/index.ts', files)).toContain('src/sinks/in-order.ts');
  });
});

describe('the check itself finds', () => {
  test.each([
    [
      'record importing ours',
      'src/record/run.ts',
      "import type { Summary } from '../stats/summarize.js';",
      'record imports nothing of ours',
    ],
    [
      'kernels importing ours',
      'src/kernels/sum.ts',
      "import { a } from '../record/run.js';",
      'kernels imports nothing of ours',
    ],
    [
      'a rule that knows tfjs',
      'src/rules/x.ts',
      "import { norm } from '@tensorflow/tfjs-core';",
      'rules never imports tfjs',
    ],
    [
      'a rule that knows the type of a tensor',
      'src/rules/x.ts',
      "import type { Tensor } from '@tensorflow/tfjs-core';",
      'rules never imports tfjs',
    ],
    [
      'a clip that needs layers',
      'src/clip/x.ts',
      "import { layers } from '@tensorflow/tfjs-layers';",
      'clip imports tfjs-layers as types only',
    ],
    [
      'layers outside the model half of watch',
      'src/watch/hook.ts',
      "import { model } from '@tensorflow/tfjs-layers';",
      'watch imports tfjs-layers as types only',
    ],
    [
      'an edge that is not in the design',
      'src/clip/x.ts',
      "import { he } from '../init/he.js';",
      'clip does not import init',
    ],
    ['a dynamic import', 'src/clip/x.ts', "await import('../init/he.js');", 'clip does not import init'],
    ['a re-export', 'src/clip/x.ts', "export * from '../init/he.js';", 'clip does not import init'],
    ['an import type', 'src/clip/x.ts', "type He = import('../init/he.js').He;", 'clip does not import init'],
    [
      'a value where types are allowed',
      'src/watch/x.ts',
      "import { chain } from '../clip/chain.js';",
      'watch imports clip as types only',
    ],
    ['the index', 'src/watch/x.ts', "import { watch } from '../index.js';", 'nothing imports index'],
    [
      'a file outside src',
      'src/watch/x.ts',
      "import { tiny } from '../../test/models.js';",
      'imports stay inside src',
    ],
    [
      'a module of Node',
      'src/sinks/x.ts',
      "import { appendFile } from 'node:fs';",
      'only cli imports modules of Node',
    ],
    [
      'a bare module of Node',
      'src/sinks/x.ts',
      "import { appendFile } from 'fs';",
      'only cli imports modules of Node',
    ],
    [
      'a deep path',
      'src/clip/x.ts',
      "import '@tensorflow/tfjs-core/dist/index.js';",
      'only the roots of tfjs-core and tfjs-layers are imported: no deep path, no backend, no union package',
    ],
    [
      'a backend',
      'src/watch/x.ts',
      "import '@tensorflow/tfjs-backend-cpu';",
      'only the roots of tfjs-core and tfjs-layers are imported: no deep path, no backend, no union package',
    ],
    [
      'a dependency',
      'src/stats/x.ts',
      "import { mean } from 'd3-array';",
      'there are no runtime dependencies',
    ],
    [
      'a bundled package elsewhere',
      'src/sinks/x.ts',
      "import { BinaryWriter } from '@bufbuild/protobuf/wire';",
      'there are no runtime dependencies',
    ],
    [
      'an index that computes',
      'src/index.ts',
      "import { norm } from '@tensorflow/tfjs-core';",
      'index only re-exports',
    ],
  ])('%s', (_, path, source, rule) => {
    const specifier = importsOf(path, source)[0]?.to;
    expect(breaches({ [path]: source })).toEqual([`${path}: imports ${specifier}: ${rule}`]);
  });

  test('a cycle, also one of types', () => {
    const cycle = {
      'src/clip/a.ts': "import { b } from './b.js';",
      'src/clip/b.ts': "import type { A } from './a.js';",
    };
    expect(breaches(cycle)).toEqual(['src/clip/a.ts -> src/clip/b.ts -> src/clip/a.ts: no import cycles']);
  });

  test('a long file, a file without a topic and a folder without a place', () => {
    expect(breaches({ 'src/clip/long.ts': 'x;\n'.repeat(351) })).toEqual([
      'src/clip/long.ts: 351 lines: no file is longer than 350',
    ]);
    expect(breaches({ 'src/clip/utils.ts': '' })).toEqual([
      'src/clip/utils.ts: name: a file is named after its export',
    ]);
    expect(breaches({ 'src/misc/x.ts': '' })).toEqual([
      'src/misc/x.ts: place: the design has no folder misc',
    ]);
    expect(breaches({ 'src/x.ts': '' })).toEqual(['src/x.ts: place: src itself holds index.ts only']);
  });

  test('nothing in what the design allows', () => {
    expect(
      breaches({
        'src/index.ts': "export { watch } from './watch/watch.js';",
        'src/watch/watch.ts': [
          "import { layers } from '@tensorflow/tfjs-layers';",
          "import { norm } from '@tensorflow/tfjs-core';",
          "import { type ClipStrategy } from '../clip/strategy.js';",
          "import { defaultRules } from '../rules/default.js';",
        ].join('\n'),
        'src/watch/hook.ts': "import type { LayersModel } from '@tensorflow/tfjs-layers';",
        'src/cli/report.ts': "import { readFile } from 'node:fs/promises';",
      }),
    ).toEqual([]);
  });
});
