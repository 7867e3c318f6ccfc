import { defineConfig } from 'tsup';

export default defineConfig({
  entry: { index: 'src/index.ts' },
  format: ['esm', 'cjs'],
  // tsup sets `baseUrl` itself, which TypeScript 6 reports as TS5101.
  dts: { compilerOptions: { ignoreDeprecations: '6.0' } },
  sourcemap: true,
  clean: true,
  splitting: true,
  // A rollup pass: without it tsup down-levels the CJS syntax through sucrase.
  treeshake: true,
  target: 'es2022',
  platform: 'neutral',
  external: [/^@tensorflow\//],
});
