import { defineConfig } from 'vitest/config';
import config from './vitest.config.js';

/** What the tests of each folder run of `src`, in Node: `npm run test:coverage`. */
export default defineConfig({
  ...config,
  test: {
    ...config.test,
    // These are of programs, packages and pages; a line that nothing else runs is not tested as what it is.
    exclude: [
      ...(config.test?.exclude ?? []),
      ...['battery', 'bench', 'consumers', 'docs', 'package'].map((folder) => `test/${folder}/**`),
    ],
    // Counting makes code some times slower.
    testTimeout: 300_000,
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      exclude: [
        // AssemblyScript, and what it was compiled to.
        'src/kernels/assembly/**',
        'src/kernels/*-binary.ts',
        // Runs in a page alone, bundled into `page-source.ts`; the tests in `test/browser/page` open it.
        'src/dashboard/page/**',
        'src/dashboard/page-source.ts',
      ],
      reporter: ['text', 'json-summary', 'json'],
      thresholds: { lines: 95 },
    },
  },
});
