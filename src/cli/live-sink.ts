import type { Sink } from '../record/sink.js';
import { createJournal } from './journal.js';
import { livePage } from './live-page.js';
import { type LiveServer, serveLive } from './live-server.js';

/** This process trains: the page may take a fiftieth of it. */
const restPerWork = 50;

/** Options of {@link liveSink}. */
export interface LiveSinkOptions {
  /**
   * Port on 127.0.0.1.
   *
   * @default 0: any that is free
   */
  readonly port?: number;
  /**
   * Receives the address of the page, with its secret.
   *
   * @default prints it by `console.log`
   */
  readonly onListening?: (url: string) => void;
}

/** A sink that shows a run while it trains. */
export interface LiveSink extends Sink {
  /** Address of the page, with its secret; rejects where the port is taken. */
  readonly url: Promise<string>;
}

/**
 * Serves a live page of the run that it is given, on this machine alone: a web server on 127.0.0.1, whose address holds a
 * random secret, answers nobody else and closes with the monitor. For Node.
 *
 * The page shows what `renderHtml` shows and is current twice a second, or more rarely where that would take more than one
 * fiftieth of the time of this process. Nothing is sent while no page is open, and an open page does not keep the program from
 * ending.
 *
 * @throws RangeError when `port` is no port.
 * @example
 * ```ts
 * import { liveSink } from 'gradient-health/live';
 *
 * // watch(model, { sinks: [sink] }) does the rest.
 * const sink = liveSink({ onListening: () => {} });
 * console.log((await sink.url).startsWith('http://127.0.0.1:')); // true
 * await sink.close?.();
 * ```
 */
export function liveSink({ port = 0, onListening = announce }: LiveSinkOptions = {}): LiveSink {
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new RangeError(`liveSink: port must be a whole number from 0 to 65535, got ${port}`);
  }
  const journal = createJournal({ judges: false });
  const server: Promise<LiveServer> = serveLive(livePage(journal), { port, restPerWork });
  const url = server.then((made) => {
    onListening(made.url);
    return made.url;
  });
  // It is also told by `open`; not to be unhandled where nobody asks.
  url.catch(() => {});
  return {
    url,
    async open(facts) {
      journal.open(facts);
      await url;
    },
    write: (record) => journal.write(record),
    finding: (finding) => journal.finding(finding),
    async close() {
      await (await server).close();
    },
  };
}

function announce(url: string): void {
  console.log(`gradient-health: live at ${url}`);
}
