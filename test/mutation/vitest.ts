/**
 * Stands in for vitest where mutants are tested: it has what those tests use, on top of mocha, which runs all of them in one
 * process that has loaded everything once. A mutant takes milliseconds there; vitest starts a worker for each file of tests.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { format } from 'node:util';
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
chai.use(({ Assertion }) =>
  Assertion.addMethod('toMatchSnapshot', function (this: Chai.AssertionStatic) {
    const name = `${running?.titlePath().join(' > ')} ${++asked}`;
    chai.expect(JSON.stringify(this._obj)).equal(JSON.stringify(snapshotsOf(running?.file ?? '').get(name)));
  }),
);

let running: mocha.Test | undefined;
/** Snapshots that the running test has asked for; vitest numbers them from 1. */
let asked = 0;
mocha.beforeEach(function () {
  running = this.currentTest;
  asked = 0;
});

const read = new Map<string, ReadonlyMap<string, string>>();

/** Strings among the snapshots beside a file of tests, by the names that vitest gave them. */
function snapshotsOf(file: string): ReadonlyMap<string, string> {
  const { dir, name } = path.parse(file);
  const known = read.get(file);
  if (known) return known;
  const exported: Record<string, string> = {};
  new Function('exports', readFileSync(`${dir}/__snapshots__/${name}.ts.snap`, 'utf8'))(exported);
  const snapshots = new Map(Object.entries(exported).map(([key, text]) => [key, text.trim().slice(1, -1)]));
  read.set(file, snapshots);
  return snapshots;
}

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

/** Titles as vitest writes them, by which its snapshots go; a mutant finds the tests that reach it by their titles too. */
function withEach(define: Define): Define & { each: Each } {
  const each: Each = (rows) => (title, body) => {
    for (const row of rows) {
      const values: unknown[] = Array.isArray(row) ? row : [row];
      const places = title.match(/%[^%]/g) ?? [];
      define(format(title, ...values.slice(0, places.length)), () => body(...values));
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
