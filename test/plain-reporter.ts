import type { Reporter, TestCase, TestModule } from 'vitest/node';

/** Ends the log with one plain line, `N passed, N failed, N skipped`, whatever the terminal and the colours. */
export default class PlainReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const counts = { passed: 0, failed: 0, skipped: 0 };
    for (const module of modules) {
      const tests: TestCase[] = [...module.children.allTests()];
      for (const test of tests) {
        const { state } = test.result();
        counts[state === 'pending' ? 'skipped' : state] += 1;
      }
      // A file that does not load has no test to count.
      if (module.state() === 'failed' && tests.every((test) => test.ok())) counts.failed += 1;
    }
    process.stdout.write(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`);
  }
}
