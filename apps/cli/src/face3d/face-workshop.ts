/** Everything that reading faces in 3D needs, opened once: face finder, regressor, and the head model where there is one. */
import { openFaceFinder } from '@mfim/faces';
import type { FaceFinder } from '@mfim/faces';
import { readFaceNetworks } from '@mfim/faces/node';
import { nodeRuntime } from '@mfim/pipeline/node';
import type { ByteImage } from '@mfim/tensor-contracts';
import { chosenFaces } from '../face-errors.ts';
import { faceModelFolder } from '../model-folder.ts';
import type { ModelChoice } from '../model-folder.ts';
import { readPhoto } from '../photo-file.ts';
import { confidentFaces } from './confident-faces.ts';
import type { SortedFaces } from './confident-faces.ts';
import { headMask } from './draw-overlay.ts';
import type { HeadMask } from './draw-overlay.ts';
import { openBasis } from './face-basis.ts';
import type { BasisChoice } from './face-basis.ts';
import { openFaceNetwork } from './face-network.ts';
import type { FaceNetwork, FaceReading } from './face-network.ts';

/** Opened parts. */
export interface FaceWorkshop {
  readonly finder: FaceFinder;
  readonly network: FaceNetwork;
  /** Absent without a basis. */
  readonly mask: HeadMask | undefined;
}

/** What is wanted of a photo. */
export interface PhotoRequest {
  readonly path: string;
  /** One face alone, by its number. */
  readonly face?: number | undefined;
  /** The least confidence that is accepted. */
  readonly least: number;
}

/** A photo and its faces. */
export interface ReadPhoto extends SortedFaces {
  readonly path: string;
  readonly photo: ByteImage;
}

/**
 * Opens, works, closes; also when the work fails.
 *
 * @throws InputError when the regressor or the basis is absent where it was named, damaged, or of another kind
 */
export async function withFaceWorkshop<T>(choice: ModelChoice & BasisChoice, work: (workshop: FaceWorkshop) => Promise<T>): Promise<T> {
  const runtime = await nodeRuntime();
  const network = await openFaceNetwork(faceModelFolder(choice), runtime);
  try {
    const mask = headMask(await openBasis(choice, network.facts));
    const finder = await openFaceFinder(runtime, await readFaceNetworks());
    try {
      return await work({ finder, network, mask });
    } finally {
      await finder.release();
    }
  } finally {
    await network.release();
  }
}

/** Finds and reads the faces of a photo. @throws InputError for what is no photo; FaceError when no face is found, chosen or confident */
export async function readFaces({ finder, network }: FaceWorkshop, { path, face, least }: PhotoRequest): Promise<ReadPhoto> {
  const photo = await readPhoto(path, 'photo');
  const readings: FaceReading[] = [];
  for (const found of chosenFaces(await finder.find(photo), path, face)) readings.push(await network.read(photo, found));
  return { path, photo, ...confidentFaces(readings, least, path) };
}
