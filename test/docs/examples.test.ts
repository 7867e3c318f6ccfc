import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import ts from 'typescript';
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { readPages, readSources, root } from '../sources.js';
import { docFencesOf, expectedOutput, type Fence, fencesOf } from './fences.js';

const fences = [
  ...Object.entries(readPages()).flatMap(([path, text]) => fencesOf(text, path)),
  ...Object.entries(readSources('src', '.ts')).flatMap(([path, text]) => docFencesOf(path, text)),
];
const programs = fences.filter(({ language }) => /^(ts|js|typescript|javascript)\b/.test(language));

// Inside the project, so that imports resolve; a folder of its own, so that two runs at once do not meet.
mkdirSync(join(root, 'test/docs/generated'), { recursive: true });
const generated = mkdtempSync(join(root, 'test/docs/generated/'));
const fileOf = ({ title }: Fence): string => join(generated, `${title.replace(/[^\w]+/g, '-')}.ts`);

for (const program of programs) writeFileSync(fileOf(program), `${program.code}\nexport {};\n`);

/** Runs the program; returns the lines it logged, and the lines it wrote to the console in any way. */
async function run(program: Fence): Promise<{ logged: string[]; written: string[] }> {
  const logged: string[] = [];
  const written: string[] = [];
  const capture = (sinks: string[][]) => {
    return (...values: unknown[]): void => {
      for (const sink of sinks) sink.push(...format(...values).split('\n'));
    };
  };
  vi.spyOn(console, 'log').mockImplementation(capture([logged, written]));
  vi.spyOn(console, 'warn').mockImplementation(capture([written]));
  try {
    await import(/* @vite-ignore */ fileOf(program));
  } finally {
    vi.restoreAllMocks();
  }
  return { logged, written };
}

afterAll(() => rmSync(generated, { recursive: true }));

describe('every program in the documentation', () => {
  beforeEach(async () => {
    await tf.setBackend('cpu');
    // On its first tensor the cpu backend writes a greeting to the console, whichever program that is.
    tf.dispose(tf.scalar(0));
  });

  test('is marked as ts or js and nothing else, since all of them run', () => {
    expect(programs.filter(({ language }) => language !== 'ts' && language !== 'js')).toEqual([]);
    expect(programs.length).toBeGreaterThan(0);
  });

  for (const program of programs) {
    test(`prints what it says: ${program.title}`, async () => {
      const { logged, written } = await run(program);
      if (program.output === null) expect(logged).toEqual(expectedOutput(program.code));
      else expect(written.join('\n')).toBe(program.output.trimEnd());
    });
  }

  test('type-checks for a user of `strict`', () => {
    const { config } = ts.readConfigFile(join(root, 'test/tsconfig.json'), ts.sys.readFile);
    const { options } = ts.parseJsonConfigFileContent(config, ts.sys, join(root, 'test'));
    const files = programs.map(fileOf);
    const loosened = { noUnusedLocals: false, noUnusedParameters: false, noUncheckedIndexedAccess: false };
    const checked = ts.createProgram(files, { ...options, ...loosened });
    const errors = files.flatMap((file) => {
      const source = checked.getSourceFile(file);
      return [...checked.getSyntacticDiagnostics(source), ...checked.getSemanticDiagnostics(source)];
    });
    expect(ts.formatDiagnostics(errors, ts.createCompilerHost(options))).toBe('');
  });
});
