import { crc32c as reference } from '@node-rs/crc32';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { crc32c, maskedCrc32c } from '../../../src/sinks/tensorboard/crc32c.js';

describe('crc32c', () => {
  test('gives the values of RFC 3720', () => {
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
    expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
    expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
    expect(crc32c(new TextEncoder().encode('123456789'))).toBe(0xe3069283);
  });

  test('equals a native implementation for any bytes, at any alignment', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(9), (bytes, start) => {
        const part = bytes.subarray(Math.min(start, bytes.length));
        expect(crc32c(part)).toBe(reference(part));
      }),
      { numRuns: 500 },
    );
    const long = Uint8Array.from({ length: 100_003 }, (_, i) => (i * 2654435761) >>> 24);
    expect(crc32c(long)).toBe(reference(long));
  });
});

test('maskedCrc32c rotates right by 15 and adds the constant of TFRecord', () => {
  // CRC-32C of nothing is 0, so the mask alone remains.
  expect(maskedCrc32c(new Uint8Array())).toBe(0xa282ead8);
  // 0xe3069283: its low 15 bits, 0x1283, go to the top, 0x25060000; the rest, 0x1c60d, goes down: 0x2507c60d.
  expect(maskedCrc32c(new TextEncoder().encode('123456789'))).toBe((0x2507c60d + 0xa282ead8) >>> 0);
});
