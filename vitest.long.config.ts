import { defineConfig } from 'vitest/config';
import config from './vitest.config.js';

/** What takes minutes, one file at a time: `npm run test:long`. */
export default defineConfig({
  ...config,
  test: {
    ...config.test,
    include: ['test/long/**/*.test.ts'],
    exclude: [],
    fileParallelism: false,
    execArgv: ['--expose-gc'],
    testTimeout: 3_600_000,
  },
});
