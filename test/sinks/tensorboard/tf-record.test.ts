import { crc32c } from '@node-rs/crc32';
import { expect, test } from 'vitest';
import { tfRecord } from '../../../src/sinks/tensorboard/tf-record.js';

const masked = (bytes: Uint8Array): number => {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
};

test('tfRecord frames a message by its length and two checksums', () => {
  const message = Uint8Array.of(1, 2, 3, 4, 5);
  const framed = tfRecord(message);
  const view = new DataView(framed.buffer);

  expect(framed).toHaveLength(8 + 4 + 5 + 4);
  expect([...framed.subarray(0, 8)]).toEqual([5, 0, 0, 0, 0, 0, 0, 0]);
  expect(view.getUint32(8, true)).toBe(masked(framed.subarray(0, 8)));
  expect(framed.subarray(12, 17)).toEqual(message);
  expect(view.getUint32(17, true)).toBe(masked(message));
});
