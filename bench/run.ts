/**
 * `npm run bench -- NAME [--json] [--only TEXT | --rows]` runs `bench/NAME.ts`, or only its cases whose name and backend hold
 * the text, or only what is told without pairs; without a name it lists the benches.
 *
 * Standard output holds the result alone: a table or figures, or with `--json` one object a line. Progress goes to standard error.
 * The exit code is 1 where a figure is out of its bounds.
 */
import { readdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type FigureBench, figureText, keepsBounds } from './harness/figure.js';
import { type Bench, type BenchRow, measure } from './harness/measure.js';
import { table } from './harness/table.js';

const names = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.ts') && file !== 'run.ts')
  .map((file) => file.slice(0, -'.ts'.length))
  .sort();

async function load(name: string): Promise<Bench | FigureBench> {
  const module: { default: Bench | FigureBench } = await import(`./${name}.ts`);
  return module.default;
}

async function list(): Promise<void> {
  const width = Math.max(...names.map((name) => name.length));
  for (const name of names) console.log(`${name.padEnd(width)}  ${(await load(name)).summary}`);
}

async function run(name: string, json: boolean, only: string, rowsOnly: boolean): Promise<void> {
  const bench = await load(name);
  const rows: BenchRow[] = [];
  const keep = (found: readonly BenchRow[]): void => {
    if (json) for (const row of found) console.log(JSON.stringify(row));
    rows.push(...found);
  };
  for await (const each of rowsOnly ? [] : bench.cases()) {
    if (!`${each.case} on ${each.backend}`.includes(only)) {
      await each.dispose?.();
      continue;
    }
    const onRound = (round: number, rounds: number): void => {
      process.stderr.write(`\r${name}: ${each.case} on ${each.backend}: round ${round} of ${rounds} `);
    };
    const found = await measure(name, each, { onRound });
    process.stderr.write('\n');
    await each.dispose?.();
    keep(found);
  }
  if (only === '') for await (const row of bench.rows?.() ?? []) keep([row]);
  if (!json && rows.length > 0) console.log(table(rows));
  if (only !== '' || rowsOnly || !('figures' in bench)) return;
  for await (const figure of bench.figures()) {
    console.log(json ? JSON.stringify(figure) : figureText(figure));
    if (!keepsBounds(figure)) process.exitCode = 1;
  }
}

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean' }, only: { type: 'string' }, rows: { type: 'boolean' } },
});
const [name] = positionals;
if (name === undefined) {
  await list();
} else if (names.includes(name)) {
  await run(name, values.json ?? false, values.only ?? '', values.rows ?? false);
} else {
  console.error(`There is no bench ${name}. There are: ${names.join(', ')}`);
  process.exitCode = 1;
}
