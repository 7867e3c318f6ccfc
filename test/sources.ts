import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path/posix';

/** The project's own folder, from which npm runs everything: what is bundled has no place of its own. */
export const root: string = process.cwd();

/** Text of every file in `folder`, or also below it, with this extension, by path from the project's folder. */
export function readSources(folder: string, extension: string, { deep = true } = {}): Record<string, string> {
  const paths = readdirSync(join(root, folder), { recursive: deep, encoding: 'utf8' })
    .filter((path) => path.endsWith(extension))
    .map((path) => join(folder, path))
    .sort();
  return Object.fromEntries(paths.map((path) => [path, readFileSync(join(root, path), 'utf8')]));
}

/** Text of every page written by hand; `docs` need not exist yet, and `docs/api` in it is generated. */
export function readPages(): Record<string, string> {
  const guides = existsSync(join(root, 'docs')) ? readSources('docs', '.md') : {};
  const written = Object.entries(guides).filter(([path]) => !path.startsWith('docs/api/'));
  return { ...readSources('.', '.md', { deep: false }), ...Object.fromEntries(written) };
}
