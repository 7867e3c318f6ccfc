import { maskedCrc32c } from './crc32c.js';

const HEADER = 12;
const FOOTER = 4;

/**
 * Frames a message as TFRecord does: its length as a little-endian uint64, the masked CRC-32C of these eight bytes, the
 * message, and the masked CRC-32C of the message.
 */
export function tfRecord(message: Uint8Array): Uint8Array<ArrayBuffer> {
  const framed = new Uint8Array(HEADER + message.length + FOOTER);
  const view = new DataView(framed.buffer);
  view.setBigUint64(0, BigInt(message.length), true);
  view.setUint32(8, maskedCrc32c(framed.subarray(0, 8)), true);
  framed.set(message, HEADER);
  view.setUint32(HEADER + message.length, maskedCrc32c(message), true);
  return framed;
}
