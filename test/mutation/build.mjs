/** Bundles the tests that mutants of one folder have to pass, `FOLDER=stats`, for mocha; all share one copy of `src`. */
import { readdirSync } from 'node:fs';
import { build } from 'esbuild';

const folder = process.env.FOLDER;
if (!folder)
  throw new Error('Name the folder whose tests are asked: FOLDER=stats npm run test:mutation -- …');

/** They load modules anew or start other programs, which bundled tests cannot. */
const leftOut = ['instantiate.test.ts', 'build.test.ts', 'saved.test.ts'];
const tests = readdirSync(`test/${folder}`)
  .filter((file) => file.endsWith('.test.ts') && !leftOut.includes(file))
  .map((file) => `test/${folder}/${file}`);

await build({
  entryPoints: [
    ...tests,
    // Rules know nothing of tfjs, whose start takes longer than all of their tests.
    ...(folder === 'rules' ? [] : ['test/mutation/setup.ts']),
  ],
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  packages: 'external',
  // Else what a test imports for its effects alone is left out: package.json calls the project free of them.
  ignoreAnnotations: true,
  alias: { vitest: './test/mutation/vitest.ts' },
  outdir: '.',
  outbase: '.',
  chunkNames: 'test/chunk-[hash]',
  outExtension: { '.js': '.mjs' },
});
