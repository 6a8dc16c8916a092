/** Collects a stream of bytes and counts them: whatever was declared, no more than the limit is ever held. */
import { checkPhotoBytes } from './photo-source.ts';

/**
 * @param name of the photo, for the message
 * @returns all bytes of the stream
 * @throws InputError when there are more than `PHOTO_BYTES_LIMIT`; what the stream throws
 */
export async function readLimited(stream: AsyncIterable<Uint8Array>, name: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    bytes += chunk.length;
    checkPhotoBytes(name, bytes);
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}
