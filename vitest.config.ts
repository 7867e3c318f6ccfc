import { fileURLToPath } from 'node:url';
import { configDefaults, defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: {
    // The longer name first: an alias also stands for what begins with it.
    alias: {
      'gradient-health/dashboard': fileURLToPath(new URL('src/dashboard/index.ts', import.meta.url)),
      'gradient-health/live': fileURLToPath(new URL('src/cli/live.ts', import.meta.url)),
      'gradient-health/tensorboard': fileURLToPath(
        new URL('src/sinks/tensorboard/index.ts', import.meta.url),
      ),
      'gradient-health/testing': fileURLToPath(new URL('src/testing/index.ts', import.meta.url)),
      'gradient-health': fileURLToPath(new URL('src/index.ts', import.meta.url)),
    },
  },
  test: {
    // Bundles what the page of a report holds.
    globalSetup: 'src/dashboard/build.mjs',
    include: ['test/**/*.test.ts'],
    // These have configurations of their own.
    exclude: [...configDefaults.exclude, 'test/browser/**', 'test/interop/**', 'test/long/**'],
    setupFiles: ['test/setup.ts'],
    reporters: ['default', './test/plain-reporter.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
