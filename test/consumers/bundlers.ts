import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Plugin, rollup } from 'rollup';
import { build } from 'vite';

/** Finds packages in `node_modules` by their `module` or `exports`, as the resolver that projects give Rollup does. */
const packages: Plugin = {
  name: 'packages',
  resolveId(source, importer) {
    if (source.startsWith('.') || source.startsWith('/') || importer === undefined) return null;
    const [, name = source, entry = ''] = /^((?:@[^/]+\/)?[^/]+)(\/.+)?$/.exec(source) ?? [];
    for (let folder = dirname(importer); folder !== dirname(folder); folder = dirname(folder)) {
      const manifest = join(folder, 'node_modules', name, 'package.json');
      if (!existsSync(manifest)) continue;
      const { exports, module, sideEffects } = JSON.parse(readFileSync(manifest, 'utf8'));
      const file: string = exports?.[`.${entry}`]?.import.default ?? module;
      return { id: join(dirname(manifest), file), moduleSideEffects: sideEffects !== false };
    }
    return null;
  },
};

/** Bundles a module by Rollup, with tfjs left outside. */
export async function byRollup(entry: string): Promise<{ code: string; modules: readonly string[] }> {
  const bundle = await rollup({
    input: entry,
    external: /^@tensorflow\//,
    plugins: [packages],
    onwarn(warning) {
      throw new Error(warning.message);
    },
  });
  const { output } = await bundle.generate({ format: 'esm' });
  await bundle.close();
  const modules = Object.entries(output[0].modules).filter(([, { renderedLength }]) => renderedLength > 0);
  return { code: output[0].code, modules: modules.map(([path]) => path) };
}

/** Bundles a program by Vite, with tfjs inside, as for a page. */
export async function byVite(root: string, entry: string): Promise<string> {
  const result = await build({
    root,
    configFile: false,
    logLevel: 'silent',
    build: { write: false, lib: { entry: join(root, entry), formats: ['iife'], name: 'program' } },
  });
  const [bundle] = [result].flat() as { readonly output: readonly { readonly code?: string }[] }[];
  return bundle?.output[0]?.code ?? '';
}
