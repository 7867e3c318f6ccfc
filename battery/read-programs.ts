import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parsePrograms } from './parse-programs.js';
import type { Program } from './program.js';

/** The files of the battery itself. */
export function ownFiles(): string[] {
  const folder = join(import.meta.dirname, 'programs');
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => join(folder, file));
}

/** @throws Error naming the file, and what `parsePrograms` does not understand in it. */
export function readPrograms(path: string): Program[] {
  try {
    return parsePrograms(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Error(`${path}: ${error instanceof Error ? error.message : error}`, { cause: error });
  }
}
