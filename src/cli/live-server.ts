import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/** How long a page may take to hear the end. */
const PATIENCE_MS = 1000;

/** What a live server shows. */
export interface LiveSource {
  /** The whole page as it is now, which asks for news at this address. */
  page(events: string): string;
  /** What is new since a version, as JSON; all without one. */
  news(since?: number): string;
  /** Grows with everything new. */
  version(): number;
}

/** How to serve it. */
export interface ServeOptions {
  /** 0 for one that is free. */
  readonly port: number;
  /** News take at most one part in so many of this process's time. */
  readonly restPerWork: number;
}

/** A page on this machine alone. */
export interface LiveServer {
  /** With the secret in it. */
  readonly url: string;
  /** Sends the last news, tells the pages that the run has ended, and closes the port. */
  close(): Promise<void>;
}

/** Time between two news: above twice a second. */
const newsEveryMs = 400;

const headers = {
  'cache-control': 'no-store',
  'content-security-policy': "frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/**
 * Serves a live page on 127.0.0.1, to whoever knows the secret in its address. It reads no file, so there is no directory to
 * leave. The host of each request is checked, for any web site can make its own name lead to this machine.
 */
export async function serveLive(
  source: LiveSource,
  { port, restPerWork }: ServeOptions,
): Promise<LiveServer> {
  const secret = randomBytes(24).toString('base64url');
  /** With the version that each has. */
  const pages = new Map<ServerResponse, number>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let hosts: readonly string[] = [];

  const server = createServer((request, response) => {
    const status = statusOf(request);
    if (status !== 200) {
      response.writeHead(status, { ...headers, 'content-type': 'text/plain' }).end(`${status}\n`);
    } else if (pathOf(request)[1] === 'events') {
      follow(response);
    } else {
      response.writeHead(200, { ...headers, 'content-type': 'text/html; charset=utf-8' });
      response.end(request.method === 'HEAD' ? undefined : source.page('events'));
    }
  });

  function statusOf(request: IncomingMessage): number {
    if (!hosts.includes(request.headers.host ?? '')) return 403;
    const [given = '', ...rest] = pathOf(request);
    if (!isSecret(given)) return 403;
    if (request.method !== 'GET' && request.method !== 'HEAD') return 405;
    return rest.length === 1 && (rest[0] === '' || rest[0] === 'events') ? 200 : 404;
  }
  function isSecret(given: string): boolean {
    const [a, b] = [Buffer.from(given), Buffer.from(secret)];
    return a.length === b.length && timingSafeEqual(a, b);
  }
  function follow(response: ServerResponse): void {
    response.writeHead(200, { ...headers, 'content-type': 'text/event-stream' });
    pages.set(response, source.version());
    response.write(serverSent('news', source.news()));
    response.on('close', () => pages.delete(response));
    if (timer === undefined) loop();
  }
  function tell(): void {
    const version = source.version();
    // Most have seen the same.
    const texts = new Map<number, string>();
    for (const [page, seen] of pages) {
      // A page that does not keep up gets more the next time.
      if (seen === version || page.writableNeedDrain) continue;
      const text = texts.get(seen) ?? serverSent('news', source.news(seen));
      texts.set(seen, text);
      page.write(text);
      pages.set(page, version);
    }
  }
  function loop(): void {
    const started = performance.now();
    if (pages.size > 0) tell();
    const rest = Math.max(newsEveryMs, restPerWork * (performance.now() - started));
    timer = pages.size > 0 ? setTimeout(loop, rest).unref() : undefined;
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  // A page left open must not keep a program from ending.
  server.unref();
  const address = server.address();
  const taken = typeof address === 'object' && address !== null ? address.port : port;
  hosts = [`127.0.0.1:${taken}`, `localhost:${taken}`];
  return {
    url: `http://127.0.0.1:${taken}/${secret}/`,
    async close() {
      clearTimeout(timer);
      tell();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      // A page that does not read never hears the end.
      const patience = setTimeout(() => server.closeAllConnections(), PATIENCE_MS);
      await Promise.all(
        [...pages.keys()].map((page) => new Promise<void>((done) => page.end(serverSent('end', ''), done))),
      );
      clearTimeout(patience);
      server.closeAllConnections();
      await closed;
    },
  };
}

/** The path's parts, without what stands behind a question mark. */
function pathOf({ url = '' }: IncomingMessage): string[] {
  return (url.split('?')[0] ?? '').split('/').slice(1);
}

/** JSON holds no line feed. */
function serverSent(event: string, data: string): string {
  return `event: ${event}\ndata: ${data}\n\n`;
}
