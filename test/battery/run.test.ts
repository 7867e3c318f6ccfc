import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { peers } from '../../battery/peers/peers.js';
import { root } from '../sources.js';
import { program } from './programs.js';

interface Result {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'battery-'));
});

afterAll(() => rmSync(folder, { recursive: true }));

function cases(...programs: object[]): string {
  const path = join(folder, `${programs.length}-${Math.random()}.json`);
  writeFileSync(path, JSON.stringify(programs));
  return path;
}

function battery(...args: string[]): Promise<Result> {
  return new Promise((resolve) => {
    const tsx = join(root, 'node_modules/tsx/dist/cli.mjs');
    execFile(process.execPath, [tsx, join(root, 'battery/run.ts'), ...args], (error, out, err) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err });
    });
  });
}

describe('npm run battery', () => {
  test('prints a line for each program and seed and a summary, as JSON and nothing else', async () => {
    const path = cases(
      program({ goal: { metric: 'accuracy', min: 0.9 } }),
      program({ id: 'sick', faulty: true, causes: ['zero-gradient'] }),
    );
    const { code, out, err } = await battery('--cases', path, '--seeds', '2', '--json');
    expect(code, err).toBe(0);
    const lines = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ id, seed }) => [id, seed])).toEqual([
      ['small', 1],
      ['small', 2],
      ['sick', 1],
      ['sick', 2],
      [undefined, undefined],
    ]);
    expect(Object.keys(lines[0])).toEqual([
      'id',
      'seed',
      'faulty',
      'fired',
      'first',
      'steps',
      'loss',
      'metric',
    ]);
    expect(lines.at(-1)).toMatchObject({ summary: true, programs: 2 });
    expect(err).toContain('small seed 1 on wasm, 6 steps');
  });

  test('prints tables otherwise, and trains where it is told to', async () => {
    const { code, out, err } = await battery(
      '--cases',
      cases(program()),
      '--seeds',
      '1',
      '--backend',
      'cpu',
      '--processes',
      '1',
    );
    expect(code, err).toBe(0);
    expect(out).toMatch(/^program +is +flagged/);
    expect(out).toContain('1 programs, 1 seeds each');
    expect(err).toContain('on cpu');
  });

  test('plants faults, trains them and the programs they were planted in, and counts those that are sick', async () => {
    const goal = { metric: 'accuracy', min: 0.7 };
    const optimizer = { className: 'Adam', config: { learningRate: 0.1 } };
    const path = cases(program({ goal, optimizer, maxSteps: 80 }));
    const planted = ['--cases', path, '--mutants', '4', '--seed', '2', '--seeds', '1', '--processes', '1'];
    const { code, out, err } = await battery(...planted, '--json');
    expect(code, err).toBe(0);
    const lines = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.slice(0, 2).map(({ id }) => id)).toEqual(['small', expect.stringMatching(/^small\+/)]);
    // The twin, four mutants and the summary.
    expect(lines).toHaveLength(6);
    const { programs, dropped, command } = lines.at(-1);
    expect(programs + dropped.length).toBe(5);
    expect(command).toBe(`npm run battery -- ${planted.join(' ')} --json`);
    const text = await battery(...planted);
    expect(text.out).toContain('planted faults of the half for judging');
  });

  test.each([
    [['--seeds', '0'], '--seeds must be a positive integer, got 0'],
    [['--backend', 'webgl'], '--backend must be cpu or wasm, got webgl'],
    [['--treat', '--peers'], '--treat and --peers do not go together'],
    [['--processes', '0'], '--processes must be a positive integer, got 0'],
    [['--mutants', 'x'], '--mutants must be a positive integer, got x'],
    [['--mutants', '9', '--treat'], '--treat and --mutants do not go together'],
    [['--seed', '2'], '--seed goes with --mutants; did you mean --seeds?'],
  ])('refuses %j', async (args, message) => {
    const { code, out, err } = await battery('--cases', cases(program()), ...args);
    expect(code).toBe(1);
    expect(out).toBe('');
    expect(err).toContain(`battery: ${message}`);
  });

  test('treats, and says of each program what was changed and what it took', async () => {
    const sick = program({
      id: 'sick',
      faulty: true,
      causes: ['output-loss-mismatch'],
      goal: { metric: 'accuracy', min: 0.9 },
    });
    const layers = [sick.layers![0]!, { className: 'Dense', config: { units: 1, activation: 'softmax' } }];
    const { code, out, err } = await battery(
      '--cases',
      cases({ ...sick, layers }),
      '--seeds',
      '1',
      '--treat',
      '--json',
      '--processes',
      '1',
    );
    expect(code, err).toBe(0);
    const [line, summary] = out
      .trim()
      .split('\n')
      .map((each) => JSON.parse(each));
    expect(line).toMatchObject({ id: 'sick', seed: 1, faulty: true, applied: ['output: sigmoid'] });
    expect(Object.keys(summary)).toEqual(
      expect.arrayContaining(['summary', 'repaired', 'timeRatio', 'medianChanges']),
    );
    expect(err).toContain('1/1 sick seed 1, output: sigmoid');
  });

  test('asks the published rules about the same programs', async () => {
    const { code, out, err } = await battery(
      '--cases',
      cases(program()),
      '--seeds',
      '1',
      '--peers',
      '--json',
      '--processes',
      '1',
    );
    expect(code, err).toBe(0);
    const lines = out
      .trim()
      .split('\n')
      .map((each) => JSON.parse(each));
    expect(lines.map(({ peer }) => peer).filter(Boolean)).toEqual(peers.map(({ name }) => name));
    expect(lines.at(-1)).toMatchObject({ summary: true, preflight: { named: null } });
  });

  test.each(['1', '2'])(
    'leaves out what tfjs cannot build and goes on, on %s processes',
    async (processes) => {
      const layers = [{ className: 'Conv2D', config: { filters: 1, kernelSize: 9, inputShape: [2] } }];
      const path = cases(program({ id: 'bad', layers }), program());
      for (const task of [[], ['--treat']]) {
        const args = ['--cases', path, '--seeds', '1', '--json', '--processes', processes, ...task];
        const { code, out, err } = await battery(...args);
        expect(code).toBe(1);
        const lines = out.trim().split('\n');
        expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ id: 'small' }, { programs: 1 }]);
        expect(err).toContain('battery: program bad: ');
        expect(err).toContain('not counted, because they could not be run: bad');
      }
    },
  );

  test('names file, program and field of an error before it trains anything', async () => {
    const path = cases(program(), { ...program({ id: 'odd' }), lr: 1 });
    const { code, err } = await battery('--cases', path);
    expect(code).toBe(1);
    expect(err).toContain(`battery: ${path}: program odd: unknown field "lr"`);
    expect(err).not.toContain('seed 1');
  });
});
