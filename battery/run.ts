/**
 * `npm run battery [-- --cases FILE --seeds N --mutants N --seed S --backend cpu|wasm --processes N --peers --treat --json]`
 * trains faulty and healthy programs and scores the rules on them, and with `--peers` the published rules too; with
 * `--treat` it scores treatment instead. Without `--cases` it takes every file of `battery/programs`; with `--mutants` it
 * plants so many faults in their healthy programs and trains these and the programs they were planted in.
 *
 * Standard output holds the result alone: tables, or with `--json` one object a line. Progress goes to standard error.
 */

import { drawMutants, twinsOf } from './mutants/draw-mutants.js';
import { readOptions } from './options.js';
import { prepare } from './prepare.js';
import { ownFiles, readPrograms } from './read-programs.js';
import { scoreRules } from './score-rules.js';
import { scoreTreatment } from './score-treatment.js';

try {
  const options = readOptions(process.argv.slice(2));
  // A program may name the layers of this library.
  prepare();
  const given = (options.cases ?? ownFiles()).flatMap(readPrograms);
  if (options.treat) {
    await scoreTreatment(given, options);
  } else if (options.mutants) {
    const mutants = drawMutants(given, options.mutants.size, options.mutants.seed);
    await scoreRules([...twinsOf(mutants), ...mutants.map(({ program }) => program)], options, mutants);
  } else {
    await scoreRules(given, options);
  }
} catch (error) {
  console.error(`battery: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}
