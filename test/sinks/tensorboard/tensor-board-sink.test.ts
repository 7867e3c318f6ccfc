import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Finding } from '../../../src/record/finding.js';
import { concatBytes } from '../../../src/sinks/tensorboard/concat-bytes.js';
import { eventWriter } from '../../../src/sinks/tensorboard/event-writer.js';
import { recordSummaries } from '../../../src/sinks/tensorboard/record-summaries.js';
import { tensorBoardSink } from '../../../src/sinks/tensorboard/tensor-board-sink.js';
import { chain, history } from '../../rules/histories.js';
import { readEvents } from './read-events.js';
import { fullRecord } from './recorded.js';

const finding: Finding = {
  rule: 'vanishing-gradient',
  severity: 'warning',
  where: 'hidden_1',
  firstStep: 2,
  lastStep: 9,
  evidence: { ratio: 2e-5 },
  message: 'hidden_1 hardly learns.',
  remedies: [{ kind: 'activation', layers: ['hidden_1'], to: 'relu', reason: 'its slope is 1' }],
};

const collected = () => {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  const events = () => readEvents(concatBytes(chunks));
  return { chunks, events, write: (bytes: Uint8Array<ArrayBuffer>) => void chunks.push(bytes) };
};

afterEach(() => {
  vi.restoreAllMocks();
});

describe('tensorBoardSink', () => {
  test('writes each record as one event, with its step and its time, behind the version of the file', () => {
    const file = collected();
    const { steps } = history({ steps: 3 });
    const sink = tensorBoardSink(file.write);
    for (const record of steps) sink.write(record);

    const [version, ...events] = file.events();
    expect(version).toEqual({ wallTime: 1_700_000_000, step: 0, version: 'brain.Event:2', values: [] });
    expect(events.map(({ step, wallTime }) => [step, wallTime])).toEqual([
      [0, 1_700_000_000],
      [1, 1_700_000_000.01],
      [2, 1_700_000_000.02],
    ]);
    expect(events[1]?.values[0]).toEqual({ tag: 'all/loss', scalar: Math.fround(steps[1]!.loss!) });
  });

  test('writes every value of a record: scalars as float32, edges and counts exactly', () => {
    const file = collected();
    tensorBoardSink(file.write).write(fullRecord());

    const expected = recordSummaries(fullRecord(), () => false).map((summary) => {
      if ('scalar' in summary) return { tag: summary.tag, scalar: Math.fround(summary.scalar) };
      return { tag: summary.tag, plugin: 'histograms', buckets: 'histogram' in summary && summary.histogram };
    });
    expect(file.events()[1]?.values).toEqual(expected);
  });

  test('hands a record on at once where writing is synchronous, so that a crash loses none', () => {
    const file = collected();
    const sink = tensorBoardSink(file.write);

    expect(sink.write(fullRecord(0))).toBeUndefined();
    expect(file.chunks).toHaveLength(1);
    sink.write(fullRecord(1));
    expect(file.chunks).toHaveLength(2);
  });

  test('keeps records in order however long each takes to write, and closes after the last', async () => {
    const file = collected();
    const closed: number[] = [];
    const sink = tensorBoardSink({
      async write(bytes) {
        await new Promise((resolve) => setTimeout(resolve, file.chunks.length === 0 ? 20 : 1));
        file.write(bytes);
      },
      close: () => closed.push(file.chunks.length),
    });
    for (const record of history({ steps: 3 }).steps) sink.write(record);
    await sink.close?.();

    expect(file.events().map(({ step }) => step)).toEqual([0, 0, 1, 2]);
    expect(closed).toEqual([3]);
  });

  test('writes the records whose step the cadence divides', () => {
    const file = collected();
    const sink = tensorBoardSink(file.write, { every: 3 });
    for (const record of history({ steps: 8 }).steps) sink.write(record);

    expect(
      file
        .events()
        .slice(1)
        .map(({ step }) => step),
    ).toEqual([0, 3, 6]);
  });

  test('knows the layers of the model', () => {
    const file = collected();
    const sink = tensorBoardSink(file.write);
    const { steps, ...facts } = history({
      steps: 1,
      gradients: () => ({ 'rnn/cell/kernel': 3 }),
      model: chain([{ path: 'rnn' }]),
    });
    sink.open?.(facts);
    sink.write(steps[0]!);

    expect(file.events()[1]?.values.map(({ tag }) => tag)).toContain('gradient_norm/rnn');
  });

  test('writes a finding as Markdown, at its first step and the time of the last record', () => {
    const file = collected();
    const sink = tensorBoardSink(file.write, { every: 100 });
    for (const record of history({ steps: 10 }).steps) sink.write(record);
    sink.finding?.(finding);

    const event = file.events().at(-1);
    expect({ step: event?.step, wallTime: event?.wallTime }).toEqual({ step: 2, wallTime: 1_700_000_000.09 });
    expect(event?.values).toEqual([
      {
        tag: 'findings/vanishing-gradient/hidden_1',
        plugin: 'text',
        text: [
          '### warning: vanishing-gradient at hidden_1, steps 2 to 9',
          'hidden_1 hardly learns.',
          'Evidence: ratio 2.0e-5',
          '1. activation relu in hidden_1: its slope is 1',
        ].join('\n\n'),
      },
    ]);
  });

  test('lets a name bring in neither markup nor control characters, and bounds its length', () => {
    const file = collected();
    const sink = tensorBoardSink(file.write);
    const hostile = '</script><img src=x onerror=alert(1)> ![i](http://x) **b** `c` \u001b[2J \u202e';
    sink.finding?.({ ...finding, where: hostile, message: hostile });
    sink.finding?.({ ...finding, where: `${'x'.repeat(10_000)}1`, message: 'y'.repeat(10_000) });
    sink.finding?.({ ...finding, where: `${'x'.repeat(10_000)}2`, message: '1. no list' });
    const [, first, second, third] = file.events().map(({ values }) => values[0]);

    for (const character of '<>`[]*\u001b\u202e') expect(first?.text).not.toContain(character);
    expect(first?.text).toContain('&#60;/script&#62;&#60;img src=x onerror=alert(1)&#62; !&#91;i&#93;');
    expect(first?.tag).toContain('\\u001b[2J \\u202e');
    expect([second?.tag.length, third?.tag.length]).toEqual([211, 211]); // 200 and ... and a checksum
    expect(second?.tag).not.toBe(third?.tag);
    expect(second?.text?.length).toBeLessThan(5000);
    expect(third?.text).toContain('\n\n&#49;. no list');
  });

  test('shares an event writer with values of the user, who closes it', async () => {
    const file = collected();
    const close = vi.fn();
    const writer = eventWriter({ write: file.write, close });
    const sink = tensorBoardSink(writer);
    sink.write(history({ steps: 1 }).steps[0]!);
    writer.scalar('validation/accuracy', 0.5, 1);
    await sink.close?.();
    expect(close).not.toHaveBeenCalled();
    await writer.close();

    expect(close).toHaveBeenCalledOnce();
    expect(file.events().at(-1)?.values).toEqual([{ tag: 'validation/accuracy', scalar: 0.5 }]);
  });

  test('gives a writer of somebody else the scalars, and flushes it at the end', async () => {
    // As tfjs-node declares its SummaryFileWriter.
    class SummaryFileWriter {
      readonly written: [string, number, number][] = [];
      flushed = 0;
      scalar(
        name: string,
        value: number | { dataSync(): Float32Array },
        step: number,
        _description?: string,
      ): void {
        this.written.push([name, value as number, step]);
      }
      histogram(_name: string, _data: { dataSync(): Float32Array }, _step: number, _buckets?: number): void {
        throw new Error('needs a tensor');
      }
      flush(): void {
        this.flushed++;
      }
    }
    const writer = new SummaryFileWriter();
    const sink = tensorBoardSink(writer);
    sink.write(fullRecord(7));
    sink.finding?.(finding);
    await sink.close?.();

    const scalars = recordSummaries(fullRecord(7), () => false).filter((summary) => 'scalar' in summary);
    expect(writer.written).toEqual(scalars.map(({ tag, scalar }) => [tag, scalar, 7]));
    expect(writer.flushed).toBe(1);
  });

  test.each([0, -1, 1.5, Number.NaN])('rejects a cadence of %d', (every) => {
    expect(() => tensorBoardSink(() => {}, { every })).toThrow(
      new RangeError(`tensorBoardSink: every must be a positive integer, got ${every}`),
    );
  });

  test.each([
    ['runs/1', 'string'],
    [null, 'null'],
    [{}, 'object'],
  ])('rejects a target that is none: %o', (target, kind) => {
    expect(() => tensorBoardSink(target as never)).toThrow(TypeError);
    expect(() => tensorBoardSink(target as never)).toThrow(`got ${kind}; in Node pass nodeFile(fs, folder)`);
  });
});
