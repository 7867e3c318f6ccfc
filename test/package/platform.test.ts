import { join } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { root } from '../sources.js';

/** Names that TypeScript knows from the DOM, but that Node, workers and browsers all have. */
const everywhere =
  /^(console|performance|(set|clear)(Timeout|Interval)|queueMicrotask|structuredClone|atob|btoa|WebAssembly|Text(En|De)coder|Abort(Signal|Controller)|URL)$/;

/** Folders whose purpose is a page or a process. */
const bound = /^src\/(dashboard|cli)\//;

/** Uses of names that only exist in a browser: `path:line: name`. */
function browserNames(files: readonly string[]): string[] {
  const program = ts.createProgram(files, {
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2022.d.ts', 'lib.dom.d.ts'],
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    types: [],
    // Only names are resolved here; whether types fit is asked elsewhere.
    noResolve: true,
  });
  const checker = program.getTypeChecker();
  const found: string[] = [];
  for (const file of program.getSourceFiles().filter(({ fileName }) => files.includes(fileName))) {
    const visit = (node: ts.Node): void => {
      if (ts.isIdentifier(node) && !everywhere.test(node.text) && isGlobal(node)) {
        const { line } = file.getLineAndCharacterOfPosition(node.getStart());
        found.push(`${file.fileName.slice(root.length + 1)}:${line + 1}: ${node.text}`);
      }
      ts.forEachChild(node, visit);
    };
    const isGlobal = (node: ts.Identifier): boolean => {
      if (ts.isPropertyAccessExpression(node.parent) && node.parent.name === node) return false;
      if (ts.isQualifiedName(node.parent) && node.parent.right === node) return false;
      const declarations = checker.getSymbolAtLocation(node)?.declarations ?? [];
      return (
        declarations.length > 0 &&
        declarations.every((declaration) => declaration.getSourceFile().fileName.endsWith('lib.dom.d.ts'))
      );
    };
    visit(file);
  }
  return found;
}

const fixture = join(root, 'test/package/browser-names.fixture.ts');
const sources = ts.sys.readDirectory(join(root, 'src'), ['.ts'], ['kernels/assembly']);
const found = browserNames([...sources, fixture]);

test('the library needs neither window nor document', () => {
  expect(sources.length).toBeGreaterThan(1);
  expect(found.filter((use) => use.startsWith('src/') && !bound.test(use))).toEqual([]);
});

test('a name of the browser is found out, as a type and as a value', () => {
  expect(found.filter((use) => !use.startsWith('src/'))).toEqual([
    'test/package/browser-names.fixture.ts:1: HTMLElement',
    'test/package/browser-names.fixture.ts:2: document',
  ]);
});
