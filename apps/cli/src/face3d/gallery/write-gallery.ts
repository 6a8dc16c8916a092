/** Reads many photos and writes the gallery; a photo that fails is listed with its error, and the rest go on. */
import { basename } from 'node:path';
import { FaceError, InputError } from '@mfim/tensor-contracts';
import { writeWhole } from '../../output-file.ts';
import { describeDoubt } from '../confident-faces.ts';
import { drawOverlay } from '../draw-overlay.ts';
import { BASIS_REMEDY } from '../face-basis.ts';
import { photoReport } from '../face-report.ts';
import type { PhotoReport3d } from '../face-report.ts';
import { readFaces } from '../face-workshop.ts';
import type { FaceWorkshop } from '../face-workshop.ts';
import { bustParts } from '../head-parts.ts';
import type { HeadParts } from '../head-parts.ts';
import { galleryPage } from './gallery-page.ts';
import type { GalleryFace, GalleryFailure } from './gallery-page.ts';
import { galleryPictures } from './gallery-pictures.ts';

/** What to show, and where. */
export interface GalleryRequest {
  readonly paths: readonly string[];
  readonly page: string;
  readonly least: number;
  /** Called for each photo, with what is said of it. */
  readonly onPhoto: (photo: PhotoReport3d | GalleryFailure) => void;
}

/** Everything of one photo. */
interface ShownPhoto {
  readonly report: PhotoReport3d;
  readonly faces: readonly GalleryFace[];
  readonly failures: readonly GalleryFailure[];
}

async function showPhoto(workshop: FaceWorkshop, path: string, { least, bust }: { readonly least: number; readonly bust: HeadParts | undefined }): Promise<ShownPhoto> {
  const { network, mask } = workshop;
  const read = await readFaces(workshop, { path, least });
  const report = photoReport(read, network, mask);
  const name = basename(path);
  const faces: GalleryFace[] = [];
  for (const [place, reading] of read.confident.entries()) {
    // Each face under its own drawing alone.
    const overlay = await drawOverlay(read.photo, [reading], mask);
    const pictures = await galleryPictures({ photo: read.photo, overlay, reading, mask, bust });
    faces.push({ photo: name, report: report.faces[place]!, pictures });
  }
  const failures = read.doubtful.map((reading) => ({ photo: name, reason: `face ${reading.face.index}: confidence ${describeDoubt(reading)}` }));
  return { report, faces, failures };
}

/**
 * @returns the reports of the photos that were read
 * @throws FaceError when not one face can be shown; InputError when the page cannot be written
 */
export async function writeGallery(workshop: FaceWorkshop, { paths, page, least, onPhoto }: GalleryRequest): Promise<readonly PhotoReport3d[]> {
  const { network, mask } = workshop;
  const bust = mask === undefined ? undefined : bustParts(mask.model);
  const shown: ShownPhoto[] = [];
  const failures: GalleryFailure[] = [];
  for (const path of paths) {
    try {
      const photo = await showPhoto(workshop, path, { least, bust });
      shown.push(photo);
      failures.push(...photo.failures);
      onPhoto(photo.report);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      const { expected, got, remedy } = error.parts;
      const failure = { photo: basename(path), reason: `expected ${expected}, got ${got}; ${remedy}` };
      failures.push(failure);
      onPhoto(failure);
    }
  }
  const faces = shown.flatMap((photo) => photo.faces);
  if (faces.length === 0) {
    throw new FaceError({ where: '--gallery', expected: 'a photo with a face that can be read', got: `none among ${paths.length}`, remedy: 'the messages above say what is wrong with each' });
  }
  const missing = mask === undefined ? { missing: `Heads are not drawn without a basis: ${BASIS_REMEDY}.` } : {};
  await writeWhole(page, galleryPage({ model: network.facts.name, faces, failures, ...missing }));
  return shown.map(({ report }) => report);
}
