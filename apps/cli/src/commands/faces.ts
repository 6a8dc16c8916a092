/** What `mfim faces` does. */
import { join } from 'node:path';
import { alignFfhq, openFaceFinder } from '@mfim/faces';
import type { Face } from '@mfim/faces';
import { readFaceNetworks } from '@mfim/faces/node';
import { nodeRuntime } from '@mfim/pipeline/node';
import type { ByteImage } from '@mfim/tensor-contracts';
import { print } from '../command-context.ts';
import type { MfimContext } from '../command-context.ts';
import { someFaces } from '../face-errors.ts';
import { readPhoto, writePhoto } from '../photo-file.ts';
import { reportFace } from '../swap-report.ts';
import type { FacesFlags } from './faces-command.ts';

const THUMBNAIL = 256;

async function findFaces(photo: ByteImage): Promise<readonly Face[]> {
  const finder = await openFaceFinder(await nodeRuntime(), await readFaceNetworks());
  try {
    return await finder.find(photo);
  } finally {
    await finder.release();
  }
}

/** Lists the faces, the largest first. @throws FaceError when there is none. */
export async function faces(context: MfimContext, flags: FacesFlags, path: string): Promise<void> {
  const photo = await readPhoto(path, 'photo');
  const found = someFaces(await findFaces(photo), path);
  for (const { index, landmarks } of flags.thumbnails === undefined ? [] : found) {
    await writePhoto(join(flags.thumbnails as string, `face-${index}.png`), alignFfhq(photo, landmarks, THUMBNAIL));
  }
  const reports = found.map(reportFace);
  if (flags.json) {
    const size = { width: photo.width, height: photo.height };
    print(context, JSON.stringify({ photo: path, ...size, faces: reports }, undefined, 2));
    return;
  }
  for (const { index, score, box } of reports) {
    print(context, `${index}  ${box.width}x${box.height} at ${box.x},${box.y}  score ${score.toFixed(2)}`);
  }
}
