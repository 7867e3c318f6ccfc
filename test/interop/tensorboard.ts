import { execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';
import { root } from '../sources.js';

/** Where the pinned TensorBoard is installed. */
export const venv: string = join(root, 'node_modules/.cache/tensorboard');

/** Where the event files and the pictures go. */
export const out: string = join(root, 'out/interop');

type Series<T> = Readonly<Record<string, readonly (readonly [step: number, wallTime: number, value: T])[]>>;

/** What TensorBoard reads of a folder; numbers that JSON lacks come as their names. */
export interface Reading {
  readonly scalars: Series<number | string>;
  readonly histograms: Series<readonly (readonly [left: number, right: number, count: number])[]>;
  readonly texts: Series<string>;
}

/** Reads event files with TensorBoard's own reader. */
export function readFolders(folders: readonly string[]): Reading[] {
  const script = join(import.meta.dirname, 'read_events.py');
  const printed = execFileSync(join(venv, 'bin/python'), [script, ...folders], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return printed
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** Starts TensorBoard on a free port of this machine. */
export async function startTensorBoard(logs: string): Promise<{ url: string; stop(): void }> {
  const program = spawn(
    join(venv, 'bin/tensorboard'),
    ['--logdir', logs, '--host', '127.0.0.1', '--port', '0', '--reload_interval', '1'],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const stop = (): void => void program.kill();
  let printed = '';
  const url = await new Promise<string>((resolve, reject) => {
    const read = (text: Buffer): void => {
      printed += text;
      const found = /http:\/\/127\.0\.0\.1:\d+\//.exec(printed);
      if (found) resolve(found[0]);
    };
    program.stdout.on('data', read);
    program.stderr.on('data', read);
    program.on('error', reject);
    program.on('exit', (code) => reject(new Error(`TensorBoard ended with ${code}:\n${printed}`)));
  });
  return { url, stop };
}
