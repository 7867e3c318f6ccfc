/** `npm run example -- NAME` runs `examples/NAME.ts`; without a name it lists the examples. */
import { readdirSync } from 'node:fs';

const names = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.ts') && file !== 'run.ts')
  .map((file) => file.slice(0, -'.ts'.length))
  .sort();

const name = process.argv[2];
if (name === undefined) {
  console.log(names.join('\n'));
} else if (names.includes(name)) {
  await import(`./${name}.ts`);
} else {
  console.error(`There is no example ${name}. There are: ${names.join(', ')}`);
  process.exitCode = 1;
}
