import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { venv } from './tensorboard.js';

/** Installs the pinned TensorBoard where it is missing: into a virtual environment of its own, about 20 seconds. */
export default function setup(): void {
  const wanted = join(import.meta.dirname, 'requirements.txt');
  const installed = join(venv, 'requirements.txt');
  const requirements = readFileSync(wanted, 'utf8');
  if (existsSync(installed) && readFileSync(installed, 'utf8') === requirements) return;
  rmSync(venv, { recursive: true, force: true });
  execFileSync(process.env['PYTHON'] ?? 'python3', ['-m', 'venv', venv], { stdio: 'inherit' });
  execFileSync(join(venv, 'bin/pip'), ['install', '--quiet', '--requirement', wanted], { stdio: 'inherit' });
  writeFileSync(installed, requirements);
}
