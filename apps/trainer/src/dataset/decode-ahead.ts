/**
 * Decodes photos while earlier ones are searched for faces. What is already there, or was met before under the same
 * name, is not read; the order of the photos is kept.
 */
import { decodePhoto } from '@mfim/faces/node';
import { InputError } from '@mfim/tensor-contracts';
import type { ByteImage } from '@mfim/tensor-contracts';
import type { CollectedPhoto } from './photo-collections.ts';

/** A photo, or why there is none. */
export interface DecodedPhoto {
  readonly origin: string;
  readonly licence: string;
  readonly place: number;
  readonly picture: ByteImage | InputError;
}

interface Decoding extends Omit<DecodedPhoto, 'picture'> {
  readonly picture: Promise<ByteImage | InputError>;
}

/** Photos in memory at once, besides the one in work: a photo of 12 million pixels is 36 MB. */
const DEPTH = 3;

/**
 * @param photos - to decode
 * @param isThere - origins that are passed over
 * @throws InputError when an archive is damaged, after the photos before the damage
 */
export async function* decodeAhead(photos: AsyncIterable<CollectedPhoto>, isThere: (origin: string) => boolean): AsyncGenerator<DecodedPhoto> {
  const queue: Decoding[] = [];
  const met = new Set<string>();
  const oldest = async (): Promise<DecodedPhoto> => {
    const { picture, ...photo } = queue.shift() as Decoding;
    return { ...photo, picture: await picture };
  };
  let damage: unknown;
  try {
    for await (const { origin, licence, place, photo } of photos) {
      const again = met.has(origin);
      met.add(origin);
      if (!again && isThere(origin)) continue;
      const bytes = again ? nameTwice(origin) : await photo.read().catch(inputErrorOf);
      const picture = bytes instanceof InputError ? Promise.resolve(bytes) : decodePhoto(bytes, origin).catch(inputErrorOf);
      // Awaited a few photos later; a fault is not to count as unhandled until then.
      picture.catch(() => undefined);
      queue.push({ origin, licence, place, picture });
      if (queue.length > DEPTH) yield await oldest();
    }
  } catch (error) {
    damage = error;
  }
  while (queue.length > 0) yield await oldest();
  if (damage !== undefined) throw damage;
}

function inputErrorOf(error: unknown): InputError {
  if (error instanceof InputError) return error;
  throw error;
}

function nameTwice(origin: string): InputError {
  return new InputError({ where: origin, expected: 'a name of its own', got: 'the name of an earlier photo', remedy: 'rename one of the two' });
}
