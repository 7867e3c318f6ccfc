import { describe, expect, test } from 'vitest';
import { concatBytes } from '../../../src/sinks/tensorboard/concat-bytes.js';
import { eventWriter } from '../../../src/sinks/tensorboard/event-writer.js';
import { readEvents } from './read-events.js';
import { measured } from './recorded.js';

const written = (use: (writer: ReturnType<typeof eventWriter>) => void) => {
  const chunks: Uint8Array[] = [];
  use(eventWriter((bytes) => void chunks.push(bytes)));
  return readEvents(concatBytes(chunks)).slice(1);
};

describe('eventWriter', () => {
  test('writes a scalar, a histogram and a text', () => {
    const events = written((writer) => {
      writer.scalar('a', 0.25, 1, 5000);
      writer.histogram('b', measured(1, 2), 2, 6000);
      writer.text('c', '**d** \u{1f600}', 3, 7000);
    });

    expect(events).toEqual([
      { step: 1, wallTime: 5, values: [{ tag: 'a', scalar: 0.25 }] },
      {
        step: 2,
        wallTime: 6,
        values: [
          {
            tag: 'b',
            plugin: 'histograms',
            buckets: [
              [1, 1.5, 1],
              [1.5, 2, 0],
              [2, 2, 1],
            ],
          },
        ],
      },
      { step: 3, wallTime: 7, values: [{ tag: 'c', plugin: 'text', text: '**d** \u{1f600}' }] },
    ]);
  });

  test('takes the time of writing where none is given', () => {
    const before = Date.now();
    const [event] = written((writer) => void writer.scalar('a', 1, 0));

    expect(event!.wallTime * 1000).toBeGreaterThanOrEqual(before);
    expect(event!.wallTime * 1000).toBeLessThanOrEqual(Date.now());
  });

  test('writes what is not finite, or too large for float32, and steps beyond 2^32', () => {
    const values = [Number.NaN, Infinity, -Infinity, 1e300, -1e300, 1e-300];
    const events = written((writer) => {
      for (const value of values) writer.scalar('a', value, 2 ** 40);
    });

    expect(events.map(({ values }) => values[0]?.scalar)).toEqual([
      Number.NaN,
      Infinity,
      -Infinity,
      Infinity,
      -Infinity,
      0,
    ]);
    expect(events[0]?.step).toBe(2 ** 40);
  });

  test('shows hostile names as text: no control character, bounded, no half of a surrogate pair, none alike', () => {
    const long = `${'x'.repeat(199)}\u{1f600}${'y'.repeat(10_000)}`;
    const names = [
      'a\u0000\u001b[31m\n\u202e',
      '</script><img onerror=alert(1)>',
      '\ud800',
      long,
      `${long}z`,
    ];
    const tags = written((writer) => {
      for (const name of names) writer.scalar(name, 1, 0);
    }).map(({ values }) => values[0]!.tag);

    expect(tags[0]).toBe('a\\u0000\\u001b[31m\\u000a\\u202e');
    expect(tags[1]).toBe(names[1]);
    expect(tags[2]).toBe('\ufffd');
    expect(tags[3]).toMatch(/^x{199}\.\.\.[0-9a-f]{8}$/);
    expect(tags[4]).toMatch(/^x{199}\.\.\.[0-9a-f]{8}$/);
    expect(tags[4]).not.toBe(tags[3]);
  });

  test('passes a failure on and goes on with the next value', async () => {
    const chunks: Uint8Array[] = [];
    let calls = 0;
    const writer = eventWriter(async (bytes) => {
      if (++calls === 2) throw new Error('disk full');
      chunks.push(bytes);
    });
    const results = await Promise.allSettled([0, 1, 2].map((step) => writer.scalar('a', step, step)));
    await writer.close();

    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(
      readEvents(concatBytes(chunks))
        .slice(1)
        .map(({ step }) => step),
    ).toEqual([0, 2]);
  });

  test.each(['at once', 'later'])('begins the file again when its first write fails %s', async (when) => {
    const chunks: Uint8Array[] = [];
    let calls = 0;
    const writer = eventWriter((bytes) => {
      const work = (): void => {
        if (++calls === 1) throw new Error('not yet');
        chunks.push(bytes);
      };
      return when === 'at once' ? work() : Promise.resolve().then(work);
    });
    await expect((async () => writer.scalar('a', 0, 0))()).rejects.toThrow('not yet');
    await writer.scalar('a', 1, 1);
    await writer.scalar('a', 2, 2);

    const [version, ...events] = readEvents(concatBytes(chunks));
    expect(version).toMatchObject({ version: 'brain.Event:2' });
    expect(events.map(({ step }) => step)).toEqual([1, 2]);
  });

  test('passes on what a synchronous write throws', () => {
    const writer = eventWriter(() => {
      throw new Error('closed');
    });
    expect(() => writer.scalar('a', 1, 0)).toThrow('closed');
  });

  test('rejects what it cannot write to', () => {
    expect(() => eventWriter('run' as never)).toThrow(
      new TypeError(
        'eventWriter: file must be a function that appends bytes, or an object with write(bytes), got string; in Node pass nodeFile(fs, folder)',
      ),
    );
  });
});
