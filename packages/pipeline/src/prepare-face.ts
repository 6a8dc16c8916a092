/** From a photo to a face that can be swapped: found, chosen, aligned, encoded. */
import { alignFfhq } from '@mfim/faces';
import type { Face } from '@mfim/faces';
import { FaceError } from '@mfim/tensor-contracts';
import type { ByteImage } from '@mfim/tensor-contracts';
import type { Bundle, EncodedFace } from './bundle.ts';
import { stopwatch } from './stopwatch.ts';
import type { Clock, Timings } from './stopwatch.ts';

/** Finds all faces of a photo, the largest first; `openFaceFinder` of `@mfim/faces` makes one. */
export interface PhotoFaceFinder {
  find(photo: ByteImage): Promise<readonly Face[]>;
}

/** What a pipeline is made of. */
export interface PipelineParts {
  readonly bundle: Bundle;
  readonly finder: PhotoFaceFinder;
  /** Default: `performance.now`. */
  readonly clock?: Clock | undefined;
}

/** Which face of which photo. */
export interface FaceRequest {
  readonly photo: ByteImage;
  /** Index in the list of faces found; default 0, the largest. */
  readonly face?: number | undefined;
  /** For messages and timings: `target` or `source`. */
  readonly role?: 'target' | 'source';
  readonly signal?: AbortSignal | undefined;
}

/** A face that is ready to be a target or a source, any number of times. */
export interface PreparedFace {
  readonly photo: ByteImage;
  /** All faces of the photo, the largest first. */
  readonly faces: readonly Face[];
  readonly chosen: Face;
  /** The aligned face that was encoded. */
  readonly crop: ByteImage;
  readonly encoded: EncodedFace;
  readonly timings: Timings;
}

function describe({ index, box }: Face): string {
  const [x, y, width, height] = [box.x, box.y, box.width, box.height].map(Math.round);
  return `${index} (${width} x ${height} pixels at ${x}, ${y})`;
}

function chooseFace(faces: readonly Face[], wanted: number, role: string): Face {
  const chosen = faces[wanted];
  if (chosen !== undefined) return chosen;
  if (faces.length === 0) {
    throw new FaceError({
      where: `${role} photo`,
      expected: 'a face',
      got: 'none found',
      remedy: 'choose a photo that shows a face from the front, large enough and upright',
    });
  }
  throw new FaceError({
    where: `${role} photo`,
    expected: `one of the faces found: ${faces.map(describe).join('; ')}`,
    got: `face ${wanted}`,
    remedy: 'choose one of these by its number, or leave the choice out for the largest',
  });
}

/**
 * Finds, aligns and encodes one face.
 *
 * @throws FaceError when the photo shows no face, or not the one asked for (the message lists those
 *   that were found).
 */
export async function prepareFace(parts: PipelineParts, request: FaceRequest): Promise<PreparedFace> {
  const { photo, face = 0, role = 'source', signal } = request;
  const watch = stopwatch(parts.clock ?? (() => performance.now()));
  signal?.throwIfAborted();
  const faces = await watch.measure(`${role}.find`, () => parts.finder.find(photo));
  signal?.throwIfAborted();
  const chosen = chooseFace(faces, face, role);
  const crop = await watch.measure(`${role}.align`, () =>
    alignFfhq(photo, chosen.landmarks, parts.bundle.manifest.alignment.size),
  );
  const [encoded] = await watch.measure(`${role}.encode`, () => parts.bundle.encode([crop], { signal }));
  return { photo, faces, chosen, crop, encoded: encoded as EncodedFace, timings: watch.timings };
}
