import { fileURLToPath } from 'node:url';
import { configDefaults, defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: {
    // The longer name first: an alias also stands for what begins with it.
    alias: {
      'gradient-health/tensorboard': fileURLToPath(
        new URL('src/sinks/tensorboard/index.ts', import.meta.url),
      ),
      'gradient-health': fileURLToPath(new URL('src/index.ts', import.meta.url)),
    },
  },
  test: {
    include: ['test/**/*.test.ts'],
    // These need vitest.browser.config.ts.
    exclude: [...configDefaults.exclude, 'test/browser/**'],
    setupFiles: ['test/setup.ts'],
    reporters: ['default', './test/plain-reporter.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
