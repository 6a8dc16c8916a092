/** Photos by id: decoded once, searched once, each face encoded once. */
import { alignFfhq } from '@mfim/faces';
import type { Face, FaceFinder } from '@mfim/faces';
import { decodePhoto } from '@mfim/faces/browser';
import type { Pipeline, PreparedFace } from '@mfim/pipeline';
import type { ByteImage } from '@mfim/tensor-contracts';
import { FaceError } from '@mfim/tensor-contracts';
import type { FaceChoice, FoundFaces, PhotoFile } from './engine-contract.ts';
import { toPng } from './pictures.ts';

/** Keeps what is known of every photo until it is forgotten. */
export interface PhotoShelf {
  find(photo: PhotoFile): Promise<FoundFaces>;
  /** @throws FaceError when the photo shows no face, or not this one. */
  prepare(pipeline: Pipeline, choice: FaceChoice, role: 'target' | 'source'): Promise<PreparedFace>;
  forget(id: string): void;
}

interface KeptPhoto {
  readonly image: ByteImage;
  readonly prepared: Map<string, PreparedFace>;
  /** What the search took, in milliseconds, once it was made. */
  searched: number;
}

const THUMBNAIL = 96;

/** A finder that searches the same photo once. */
export function rememberingFinder(finder: FaceFinder): Pick<FaceFinder, 'find'> {
  const found = new WeakMap<ByteImage, Promise<readonly Face[]>>();
  return {
    find(photo) {
      const faces = found.get(photo) ?? finder.find(photo);
      found.set(photo, faces);
      return faces;
    },
  };
}

async function describeFaces(image: ByteImage, faces: readonly Face[]): Promise<FoundFaces> {
  const thumbnails = [];
  const shown = faces.length > 1 ? faces : [];
  for (const { landmarks } of shown) thumbnails.push(await toPng(alignFfhq(image, landmarks, THUMBNAIL)));
  return { width: image.width, height: image.height, faces: faces.length, thumbnails };
}

/** An empty shelf. */
export function createPhotoShelf(finder: Pick<FaceFinder, 'find'>): PhotoShelf {
  const kept = new Map<string, Promise<KeptPhoto>>();
  const open = (photo: PhotoFile): Promise<KeptPhoto> => {
    const known = kept.get(photo.id);
    if (known !== undefined) return known;
    const opened = decodePhoto(photo.bytes, photo.name).then((image) => ({ image, prepared: new Map<string, PreparedFace>(), searched: 0 }));
    kept.set(photo.id, opened);
    return opened;
  };
  return {
    async find(photo) {
      const opened = await open(photo);
      const { image } = opened;
      const start = performance.now();
      const faces = await finder.find(image);
      opened.searched = performance.now() - start;
      if (faces.length > 0) return describeFaces(image, faces);
      throw new FaceError({
        where: photo.name,
        expected: 'a face',
        got: 'none found',
        remedy: 'choose a photo that shows a face from the front, large enough and upright',
      });
    },
    async prepare(pipeline, { photo, face }, role) {
      const { image, prepared, searched } = await open(photo);
      const key = `${role} ${face}`;
      const known = prepared.get(key);
      if (known !== undefined) return known;
      const ready = await pipeline.prepare({ photo: image, face, role });
      const find = `${role}.find`;
      const whole = { ...ready, timings: { ...ready.timings, [find]: (ready.timings[find] ?? 0) + searched } };
      prepared.set(key, whole);
      return whole;
    },
    forget(id) {
      kept.delete(id);
    },
  };
}
