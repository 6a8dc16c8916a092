/** Reads the detector and landmark networks that this package carries. */
import { readFile } from 'node:fs/promises';
import { InputError } from '@mfim/tensor-contracts';
import type { FaceNetworks } from '../face-finder.ts';

/** Both of src/node and dist/node lie two folders below the package. */
const FOLDER = new URL('../../networks/', import.meta.url);

async function read(name: string): Promise<Uint8Array> {
  try {
    return await readFile(new URL(name, FOLDER));
  } catch (cause) {
    throw new InputError({
      where: 'readFaceNetworks',
      expected: `networks/${name} in @mfim/faces`,
      got: 'no such file',
      remedy: 'install the package again; in a checkout run: npx turbo run networks',
      cause,
    });
  }
}

/**
 * The networks for `openFaceFinder`.
 *
 * @throws InputError when the files are missing
 */
export async function readFaceNetworks(): Promise<FaceNetworks> {
  const [detector, landmarks] = await Promise.all([read('detector.onnx'), read('landmarks.onnx')]);
  return { detector, landmarks };
}
