import { rmSync } from 'node:fs';
import { defineConfig, type Options } from 'tsup';

const index = { index: 'src/index.ts' };
const tensorboard = { tensorboard: 'src/sinks/tensorboard/index.ts' };
const dashboard = { dashboard: 'src/dashboard/index.ts' };
const live = { live: 'src/cli/live.ts' };
const testing = { testing: 'src/testing/index.ts' };
const common: Options = {
  sourcemap: true,
  target: 'es2022',
  platform: 'neutral',
  external: [/^@tensorflow\//],
};

const pages: Options = {
  ...common,
  platform: 'node',
  splitting: true,
  treeshake: true,
  minify: true,
  sourcemap: false,
};

// Not tsup's `clean`, for the builds below run side by side.
rmSync('dist', { recursive: true, force: true });

export default defineConfig([
  // One file for each source file: bundlers then leave out whole modules, and with the last one that needs it the import of
  // tfjs-layers, which is not marked as free of side effects.
  {
    ...common,
    format: 'esm',
    entry: [
      'src/**/*.ts',
      ...['!src/kernels/assembly/**', '!src/sinks/tensorboard/**', '!src/dashboard/**', '!src/cli/**'],
    ],
    bundle: false,
  },
  // A rollup pass (`treeshake`): without it tsup down-levels the syntax of CommonJS through sucrase.
  // Two entries that share what they hold: a test that uses both would load the library twice.
  { ...common, format: 'cjs', entry: { ...index, ...testing }, splitting: true, treeshake: true },
  // One file that holds the packages it uses: the library has no runtime dependency.
  { ...common, format: ['esm', 'cjs'], entry: tensorboard, splitting: false, treeshake: true },
  // The page's script is in all three, and once in the files of modules. Small, and without a map: most of it is the chart library.
  { ...pages, format: 'esm', entry: { ...dashboard, ...live, cli: 'src/cli/main.ts' } },
  { ...pages, format: 'cjs', entry: { ...dashboard, ...live } },
  // tsup sets `baseUrl` itself, which TypeScript 6 reports as TS5101.
  {
    format: ['esm', 'cjs'],
    entry: { ...index, ...tensorboard, ...dashboard, ...live, ...testing },
    dts: { only: true, compilerOptions: { ignoreDeprecations: '6.0', types: ['node'] } },
  },
]);
