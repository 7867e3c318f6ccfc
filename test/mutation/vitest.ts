/**
 * Stands in for vitest where mutants are tested: it has what those tests use, on top of mocha, which runs all of them in one
 * process that has loaded everything once. A mutant takes milliseconds there; vitest starts a worker for each file of tests.
 */
import {
  ASYMMETRIC_MATCHERS_OBJECT,
  GLOBAL_EXPECT,
  JestAsymmetricMatchers,
  JestChaiExpect,
  JestExtend,
  setState,
} from '@vitest/expect';
import { restoreAllMocks, spyOn } from '@vitest/spy';
import * as chai from 'chai';
import mocha from 'mocha';

chai.use(JestExtend);
chai.use(JestChaiExpect);
chai.use(JestAsymmetricMatchers);

const globals = globalThis as Record<symbol, unknown>;

export const expect: Chai.ExpectStatic = Object.assign(
  (value: unknown, message?: string) => chai.expect(value, message),
  chai.expect,
  globals[ASYMMETRIC_MATCHERS_OBJECT],
);
globals[GLOBAL_EXPECT] = expect;
setState({ assertionCalls: 0, isExpectingAssertions: false }, expect as never);

type Define = (title: string, body: () => unknown) => void;
type Each = (rows: readonly unknown[]) => (title: string, body: (...row: unknown[]) => unknown) => void;

/** Rows are told apart by their number: by the titles of its tests a mutant finds those that reach it. */
function withEach(define: Define): Define & { each: Each } {
  const each: Each = (rows) => (title, body) => {
    for (const [index, row] of rows.entries()) {
      define(`${title} (${index})`, () => body(...(Array.isArray(row) ? row : [row])));
    }
  };
  return Object.assign((title: string, body: () => unknown) => define(title, body), { each });
}

/** Mocha waits for promises and takes nothing else that a body returns, nor its arguments for a callback. */
const waitFor = (body: () => unknown) => async () => {
  await body();
};

export const describe = withEach((title, body) => {
  mocha.describe(title, () => void body());
});
export const test = withEach((title, body) => {
  mocha.it(title, waitFor(body));
});
type Hook = (body: () => unknown) => void;
export const beforeEach: Hook = (body) => void mocha.beforeEach(waitFor(body));
export const afterEach: Hook = (body) => void mocha.afterEach(waitFor(body));
export const beforeAll: Hook = (body) => void mocha.before(waitFor(body));
export const vi = { spyOn, restoreAllMocks };
