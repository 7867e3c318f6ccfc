import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { Bucket, Summary } from './summary.js';

// Field numbers of tensorflow/core/util/event.proto and tensorflow/core/framework/{summary,tensor,tensor_shape,types}.proto.
const EVENT = { wallTime: 1, step: 2, fileVersion: 3, summary: 5 };
const SUMMARY = { value: 1 };
const VALUE = { tag: 1, simpleValue: 2, tensor: 8, metadata: 9 };
const METADATA = { pluginData: 1, dataClass: 4 };
const PLUGIN_DATA = { pluginName: 1 };
const TENSOR = { dtype: 1, shape: 2, content: 4, stringValues: 8 };
const SHAPE = { dimension: 2 };
const DIMENSION = { size: 1 };
const DOUBLE = 2;
const STRING = 7;
const DATA_CLASS_TENSOR = 2;

/** The first event of a file: from this version on, steps may come in any order. */
export function encodeFileVersion(wallTimeMs: number): Uint8Array {
  return event(wallTimeMs).tag(EVENT.fileVersion, WireType.LengthDelimited).string('brain.Event:2').finish();
}

/** An event with the values of one step, as `tensorflow.Event`. */
export function encodeEvent(step: number, summaries: readonly Summary[], wallTimeMs: number): Uint8Array {
  const writer = event(wallTimeMs).tag(EVENT.step, WireType.Varint).int64(step);
  nested(writer, EVENT.summary, () => {
    for (const summary of summaries) nested(writer, SUMMARY.value, () => writeValue(writer, summary));
  });
  return writer.finish();
}

function event(wallTimeMs: number): BinaryWriter {
  return new BinaryWriter().tag(EVENT.wallTime, WireType.Bit64).double(wallTimeMs / 1000);
}

function writeValue(writer: BinaryWriter, summary: Summary): void {
  writer.tag(VALUE.tag, WireType.LengthDelimited).string(summary.tag);
  if ('scalar' in summary) {
    // Rounded beforehand: the writer refuses what is finite and too large for float32.
    writer.tag(VALUE.simpleValue, WireType.Bit32).float(Math.fround(summary.scalar));
    return;
  }
  nested(writer, VALUE.tensor, () => {
    if ('text' in summary) writeText(writer, summary.text);
    else writeBuckets(writer, summary.histogram);
  });
  nested(writer, VALUE.metadata, () => {
    nested(writer, METADATA.pluginData, () => {
      const plugin = 'text' in summary ? 'text' : 'histograms';
      writer.tag(PLUGIN_DATA.pluginName, WireType.LengthDelimited).string(plugin);
    });
    writer.tag(METADATA.dataClass, WireType.Varint).int32(DATA_CLASS_TENSOR);
  });
}

function writeText(writer: BinaryWriter, text: string): void {
  writer.tag(TENSOR.dtype, WireType.Varint).int32(STRING);
  writeShape(writer, []);
  writer.tag(TENSOR.stringValues, WireType.LengthDelimited).string(text);
}

/** A matrix with a row for each bucket: left edge, right edge, count. In float64, for counts above 2^24. */
function writeBuckets(writer: BinaryWriter, buckets: readonly Bucket[]): void {
  writer.tag(TENSOR.dtype, WireType.Varint).int32(DOUBLE);
  writeShape(writer, [buckets.length, 3]);
  const content = new DataView(new ArrayBuffer(24 * buckets.length));
  for (const [row, bucket] of buckets.entries()) {
    for (const [column, number] of bucket.entries()) content.setFloat64(24 * row + 8 * column, number, true);
  }
  writer.tag(TENSOR.content, WireType.LengthDelimited).bytes(new Uint8Array(content.buffer));
}

function writeShape(writer: BinaryWriter, shape: readonly number[]): void {
  nested(writer, TENSOR.shape, () => {
    for (const size of shape) {
      nested(writer, SHAPE.dimension, () => writer.tag(DIMENSION.size, WireType.Varint).int64(size));
    }
  });
}

/** A field whose content is a message, or bytes. */
function nested(writer: BinaryWriter, field: number, write: () => void): void {
  writer.tag(field, WireType.LengthDelimited).fork();
  write();
  writer.join();
}
