import type { ByteImage } from '@mfim/tensor-contracts';
import type { EncodedFace } from '../src/index.ts';

const text = (data: Uint8Array | Float32Array) => Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64');

/** Text that is equal exactly when the pixels are; much quicker to compare than arrays. */
export function pixelsOf({ width, height, data }: ByteImage): string {
  return `${width} x ${height}: ${text(data)}`;
}

/** The same for an encoded face. */
export function encodingOf({ codes, maps }: EncodedFace): string {
  return [text(codes.values), ...[...maps].map(([index, map]) => `${index}: ${text(map)}`)].join('; ');
}
