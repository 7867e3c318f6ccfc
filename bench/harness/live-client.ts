/** A reader of a live page, in a process of its own: the address comes from the parent, and what is seen goes back to it. */

/** What the reader tells. */
export type Seen =
  | { readonly firstPictureMs: number }
  | { /** On the clock of `Date.now()`. */ readonly atMs: number; readonly lastStep: number };

const VISITS = 3;

const tell = (seen: Seen): void => void process.send?.(seen);

process.once('message', (address) => {
  void follow(String(address));
});

async function follow(address: string): Promise<void> {
  let slowest = 0;
  for (let visit = 0; visit < VISITS; visit++) {
    const started = performance.now();
    // The page holds the picture as it is.
    const page = await (await fetch(address, { headers: { connection: 'close' } })).text();
    if (!page.includes('id="news"')) throw new Error('This is no live page.');
    slowest = Math.max(slowest, performance.now() - started);
  }
  const response = await fetch(`${address}events`);
  tell({ firstPictureMs: slowest });
  let open = '';
  for await (const text of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const parts = (open + text).split('\n\n');
    open = parts.pop() ?? '';
    for (const part of parts) {
      const [, data] = /^event: news\ndata: (.*)$/.exec(part) ?? [];
      if (data === undefined) continue;
      const { lastStep }: { lastStep: number } = JSON.parse(data);
      tell({ atMs: Date.now(), lastStep });
    }
  }
  process.disconnect();
}
