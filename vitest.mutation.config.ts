import { defineConfig } from 'vitest/config';
import config from './vitest.config.js';

// Stryker 9.6 prints `(a as number) | (b as number)` without its brackets: what is mutated has none of these.

/** Whose tests: `FOLDER=stats npm run test:mutation -- --mutate 'src/stats/*.ts'` asks those of one folder. */
const folders = process.env['FOLDER'] ?? '{stats,clip,rules,kernels,init,contract}';

/** The tests that mutants of `stats`, `clip`, `rules`, `kernels` and `init` have to pass: `npm run test:mutation`. */
export default defineConfig({
  ...config,
  test: {
    ...config.test,
    include: [`test/${folders}/**/*.test.ts`],
    exclude: [],
    reporters: ['default'],
  },
});
