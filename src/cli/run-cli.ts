import { parseArgs } from 'node:util';
import { plainText } from '../report/plain-text.js';
import { followLog } from './live-command.js';
import { type Terminal, writeReport } from './report-command.js';

const usage = `gradient-health shows what was recorded of a training run.

  gradient-health report LOG [-o FILE]   writes a web page (default: LOG with .html for its ending)
                                         LOG: lines as jsonlSink writes them, or a run as toJson does (.json),
                                         which holds no findings and is diagnosed anew
  gradient-health live LOG               shows lines in the browser while they are written, on this machine alone
      --port N                           port on 127.0.0.1 (default: any that is free)
      --idle SECONDS                     ends with the run, or when the log has not come or grown for so long (default: 300)
  gradient-health --help                 prints this
  gradient-health --version              prints the version`;

/** Wrong words on the command line, as against a file that cannot be used. */
class UsageError extends Error {}

/**
 * The command `gradient-health`.
 *
 * @param words - What stands behind it on the command line.
 * @param signal - Ends what runs until it is told to.
 * @param version - Of the package.
 * @returns The exit code: 0, 1 where a file could not be used, 2 where the words make no sense.
 */
export async function runCli(
  words: readonly string[],
  signal: AbortSignal,
  terminal: Terminal,
  version: string,
): Promise<0 | 1 | 2> {
  try {
    await obey(words, signal, terminal, version);
    return 0;
  } catch (error) {
    const message = plainText(messageOf(error));
    terminal.err(`gradient-health: ${message}`);
    if (!(error instanceof UsageError)) return 1;
    terminal.err('Try gradient-health --help.');
    return 2;
  }
}

function messageOf(error: unknown): string {
  const { code, path, message } = error as { code?: unknown; path?: unknown; message?: unknown };
  if (code === 'ENOENT') return `there is no file ${String(path)}`;
  return error instanceof Error ? String(message) : String(error);
}

async function obey(
  words: readonly string[],
  signal: AbortSignal,
  terminal: Terminal,
  version: string,
): Promise<void> {
  const { values, positionals } = parse(words);
  const [command, log, ...more] = positionals;
  if (values.version) {
    terminal.out(version);
    return;
  }
  if (values.help || command === undefined) {
    terminal.out(usage);
    return;
  }
  if (command !== 'report' && command !== 'live') {
    throw new UsageError(`there is no command ${command}; there are report and live`);
  }
  if (log === undefined) throw new UsageError(`${command} needs a log, as jsonlSink writes it`);
  if (more.length > 0) throw new UsageError(`${command} takes one log, got ${more.length + 1}`);
  if (command === 'report') {
    await writeReport(log, values.output ?? `${log.replace(/\.jsonl?$/, '')}.html`, terminal);
    return;
  }
  const port = numberOf('--port', values.port ?? '0', 65_535);
  const idleMs = 1000 * numberOf('--idle', values.idle ?? '300', 1e6);
  await followLog({ log, port, idleMs, signal, terminal });
}

function parse(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        output: { type: 'string', short: 'o' },
        port: { type: 'string' },
        idle: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function numberOf(name: string, text: string, most: number): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isInteger(value) && value >= 0 && value <= most) return value;
  throw new UsageError(`${name} must be a whole number from 0 to ${most}, got ${text}`);
}
