import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

test('the committed binaries are what their sources compile to', async () => {
  const check = promisify(execFile)(process.execPath, ['src/kernels/build.mjs', '--check']);
  await expect(check).resolves.toEqual({ stdout: '', stderr: '' });
});
