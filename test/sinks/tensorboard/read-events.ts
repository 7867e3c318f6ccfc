import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';

/** A value as it stands in a file. */
export interface ReadValue {
  readonly tag: string;
  readonly scalar?: number;
  readonly text?: string;
  /** Rows of left edge, right edge and count. */
  readonly buckets?: readonly (readonly number[])[];
  readonly plugin?: string;
}

export interface ReadEvent {
  readonly wallTime: number;
  readonly step: number;
  readonly version?: string;
  readonly values: readonly ReadValue[];
}

type Fields = Map<number, (number | bigint | Uint8Array)[]>;

/** Messages of a file of TFRecords, checksums unread. */
export function readRecords(bytes: Uint8Array): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const messages: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = Number(view.getBigUint64(at, true));
    messages.push(bytes.subarray(at + 12, at + 12 + length));
    at += 12 + length + 4;
  }
  return messages;
}

/** Reads an event file by the field numbers of TensorFlow's messages, with a reader that is not ours. */
export function readEvents(bytes: Uint8Array): ReadEvent[] {
  return readRecords(bytes).map((message) => {
    const event = fields(message);
    const version = event.get(3)?.[0];
    const summary = bytesOf(event, 5);
    return {
      wallTime: Number(event.get(1)?.[0]),
      step: Number(event.get(2)?.[0] ?? 0),
      ...(version !== undefined && { version: text(version) }),
      values: summary ? (fields(summary).get(1) ?? []).map((value) => readValue(value as Uint8Array)) : [],
    };
  });
}

function readValue(message: Uint8Array): ReadValue {
  const value = fields(message);
  const tag = text(value.get(1)?.[0]);
  const scalar = value.get(2)?.[0];
  if (scalar !== undefined) return { tag, scalar: scalar as number };
  const tensor = fields(bytesOf(value, 8)!);
  const plugin = text(fields(bytesOf(fields(bytesOf(value, 9)!), 1)!).get(1)?.[0]);
  const string = tensor.get(8)?.[0];
  if (string !== undefined) return { tag, plugin, text: text(string) };
  const numbers = new Float64Array(bytesOf(tensor, 4)!.slice().buffer);
  const rows = Array.from({ length: numbers.length / 3 }, (_, row) => [
    ...numbers.subarray(3 * row, 3 * row + 3),
  ]);
  return { tag, plugin, buckets: rows };
}

function fields(message: Uint8Array): Fields {
  const reader = new BinaryReader(message);
  const found: Fields = new Map();
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    const value =
      type === WireType.Varint
        ? reader.int64()
        : type === WireType.Bit64
          ? reader.double()
          : type === WireType.Bit32
            ? reader.float()
            : reader.bytes();
    found.set(field, [...(found.get(field) ?? []), value as number | bigint | Uint8Array]);
  }
  return found;
}

function bytesOf(message: Fields, field: number): Uint8Array | undefined {
  return message.get(field)?.[0] as Uint8Array | undefined;
}

function text(bytes: unknown): string {
  return new TextDecoder().decode(bytes as Uint8Array);
}
