/**
 * The checksum of TFRecord files: CRC-32C (Castagnoli, reflected polynomial 0x82f63b78), rotated right by
 * 15 bits and moved by a constant, so that a checksum of data that holds checksums stays meaningful.
 * Same as `masked_crc32c` in tensorflow/core/lib/hash/crc32c.h.
 */

const POLYNOMIAL = 0x82f63b78;
const MASK_DELTA = 0xa282ead8;
const ROTATION = 15;
const BITS = 32;
const BYTE_VALUES = 256;
const BYTE_BITS = 8;

const TABLE = Uint32Array.from({ length: BYTE_VALUES }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < BYTE_BITS; bit += 1) remainder = (remainder & 1) === 1 ? POLYNOMIAL ^ (remainder >>> 1) : remainder >>> 1;
  return remainder;
});

/** CRC-32C of `bytes`, unsigned. */
export function crc32c(bytes: Uint8Array): number {
  let remainder = ~0;
  for (const byte of bytes) remainder = (TABLE[(remainder ^ byte) & 0xff] as number) ^ (remainder >>> BYTE_BITS);
  return ~remainder >>> 0;
}

/** CRC-32C as TFRecord files store it, unsigned. */
export function maskedCrc32c(bytes: Uint8Array): number {
  const sum = crc32c(bytes);
  return (((sum >>> ROTATION) | (sum << (BITS - ROTATION))) + MASK_DELTA) >>> 0;
}
