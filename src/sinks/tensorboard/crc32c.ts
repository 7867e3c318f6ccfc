/** The polynomial of Castagnoli, its bits mirrored. */
const POLYNOMIAL = 0x82f63b78;

/** Eight tables of 256 entries: table k advances a byte's remainder over k further bytes. */
let tables: Uint32Array | undefined;

/** CRC-32C (RFC 3720, B.4) of the bytes, as an unsigned number; eight bytes a turn (Kounavis and Berry 2005). */
export function crc32c(bytes: Uint8Array): number {
  tables ??= makeTables();
  const t = tables;
  let crc = 0xffffffff;
  let at = 0;
  for (const end = bytes.length - 7; at < end; at += 8) {
    const low =
      crc ^
      (byte(bytes, at) |
        (byte(bytes, at + 1) << 8) |
        (byte(bytes, at + 2) << 16) |
        (byte(bytes, at + 3) << 24));
    crc =
      byte(t, 0x700 | (low & 0xff)) ^
      byte(t, 0x600 | ((low >>> 8) & 0xff)) ^
      byte(t, 0x500 | ((low >>> 16) & 0xff)) ^
      byte(t, 0x400 | (low >>> 24)) ^
      byte(t, 0x300 | byte(bytes, at + 4)) ^
      byte(t, 0x200 | byte(bytes, at + 5)) ^
      byte(t, 0x100 | byte(bytes, at + 6)) ^
      byte(t, byte(bytes, at + 7));
  }
  for (; at < bytes.length; at++) crc = (crc >>> 8) ^ byte(t, (crc ^ byte(bytes, at)) & 0xff);
  return ~crc >>> 0;
}

/** The checksum as TFRecord stores it, rotated and shifted, so that a checksum of data that holds checksums stays sound. */
export function maskedCrc32c(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

function byte(array: Uint8Array | Uint32Array, at: number): number {
  return array[at] as number;
}

function makeTables(): Uint32Array {
  const made = new Uint32Array(8 * 256);
  for (let value = 0; value < 256; value++) {
    let crc = value;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
    made[value] = crc;
  }
  for (let at = 256; at < made.length; at++) {
    const before = byte(made, at - 256);
    made[at] = (before >>> 8) ^ byte(made, before & 0xff);
  }
  return made;
}
