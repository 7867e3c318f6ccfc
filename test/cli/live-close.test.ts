import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { serveLive } from '../../src/cli/live-server.js';

test('a server closes though a page does not read what it is sent', async () => {
  const news = JSON.stringify('x'.repeat(2 ** 24));
  const server = await serveLive(
    { page: () => '', news: () => news, version: () => 1 },
    { port: 0, restPerWork: 1 },
  );
  const { port, pathname, host } = new URL(server.url);
  const socket = connect(Number(port), '127.0.0.1');
  socket.on('error', () => {});
  socket.write(`GET ${pathname}events HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  socket.pause();
  await new Promise((resolve) => setTimeout(resolve, 300));
  await expect(server.close()).resolves.toBeUndefined();
  socket.destroy();
}, 10_000);
