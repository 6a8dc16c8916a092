/** Big-endian numbers as little-endian ones. */

/** A copy in which the bytes of every element of `width` bytes are in reverse. */
export function swapBytes(bytes: Uint8Array, width: number): Uint8Array {
  const copy = new Uint8Array(bytes.byteLength);
  for (let start = 0; start < bytes.byteLength; start += width) {
    for (let index = 0; index < width; index += 1) copy[start + index] = bytes[start + width - 1 - index] as number;
  }
  return copy;
}
