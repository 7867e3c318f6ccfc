import { execFileSync } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from '../sources.js';
import { type Consumer, installConsumer } from './consumer.js';

let consumer: Consumer;
beforeAll(() => {
  consumer = installConsumer();
});
afterAll(() => rmSync(consumer.folder, { recursive: true }));

describe('the matchers, installed', () => {
  test.each(['testing.mjs', 'testing.cjs'])(
    'work and know the models that the library watches: %s',
    (file) => {
      const printed = execFileSync(process.execPath, [file], {
        cwd: consumer.folder,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      // 2 · 1 is the gradient of x² at 1, and log10 2 = 0.30.
      expect(printed).toBe('0.3 true true\n');
    },
  );

  const { Node16, ESNext } = ts.ModuleKind;
  const { Bundler } = ts.ModuleResolutionKind;
  const { Node16: resolveAsNode } = ts.ModuleResolutionKind;
  test.each([
    ['mts', 'testing.d.ts', Node16, resolveAsNode],
    ['cts', 'testing.d.cts', Node16, resolveAsNode],
    ['ts', 'testing.d.ts', ESNext, Bundler],
  ])(
    'are typed for jest, with neither jest nor vitest installed: .%s',
    (type, ours, module, moduleResolution) => {
      const file = join(consumer.folder, `jest-user.${type}`);
      cpSync(join(root, 'test/consumers/fixtures/testing-types.ts'), file);
      const strict: ts.CompilerOptions = {
        strict: true,
        exactOptionalPropertyTypes: true,
        noEmit: true,
        target: ts.ScriptTarget.ES2022,
        lib: ['lib.es2022.d.ts'],
        types: [],
        skipLibCheck: false,
        module,
        moduleResolution,
      };
      const program = ts.createProgram([file], strict);
      const declarations = join(consumer.folder, 'node_modules/gradient-health/dist', ours);
      const errors = [file, declarations].flatMap((path) => {
        const source = program.getSourceFile(path);
        expect(source, path).toBeDefined();
        return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
      });
      expect(ts.formatDiagnostics(errors, ts.createCompilerHost(strict))).toBe('');
    },
  );
});
