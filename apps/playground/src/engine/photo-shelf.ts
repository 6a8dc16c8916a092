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
  const described = [];
  for (const { index, landmarks } of faces) described.push({ index, thumbnail: await toPng(alignFfhq(image, landmarks, THUMBNAIL)) });
  return { width: image.width, height: image.height, faces: described };
}

/** An empty shelf. */
export function createPhotoShelf(finder: Pick<FaceFinder, 'find'>): PhotoShelf {
  const kept = new Map<string, Promise<KeptPhoto>>();
  const open = (photo: PhotoFile): Promise<KeptPhoto> => {
    const known = kept.get(photo.id);
    if (known !== undefined) return known;
    const opened = decodePhoto(photo.bytes, photo.name).then((image) => ({ image, prepared: new Map<string, PreparedFace>() }));
    kept.set(photo.id, opened);
    return opened;
  };
  return {
    async find(photo) {
      const { image } = await open(photo);
      const faces = await finder.find(image);
      if (faces.length > 0) return describeFaces(image, faces);
      throw new FaceError({
        where: photo.name,
        expected: 'a face',
        got: 'none found',
        remedy: 'choose a photo that shows a face from the front, large enough and upright',
      });
    },
    async prepare(pipeline, { photo, face }, role) {
      const { image, prepared } = await open(photo);
      const key = `${role} ${face}`;
      const ready = prepared.get(key) ?? (await pipeline.prepare({ photo: image, face, role }));
      prepared.set(key, ready);
      return ready;
    },
    forget(id) {
      kept.delete(id);
    },
  };
}
