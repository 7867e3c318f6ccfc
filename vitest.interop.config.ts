import { defineConfig } from 'vitest/config';
import config from './vitest.config.js';

/** The tests against TensorBoard itself, which need Python and Chromium: `npm run test:interop`. */
export default defineConfig({
  ...config,
  test: {
    ...config.test,
    include: ['test/interop/**/*.test.ts'],
    exclude: [],
    globalSetup: 'test/interop/setup.ts',
    fileParallelism: false,
    testTimeout: 180_000,
  },
});
