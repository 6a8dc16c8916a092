/** The face finder that prepares datasets. */
import { openFaceFinder } from '@mfim/faces';
import type { FaceFinder } from '@mfim/faces';
import { readFaceNetworks } from '@mfim/faces/node';
import { nodeRuntime } from '@mfim/pipeline/node';

/** @throws InputError when the networks or ONNX Runtime are missing */
export async function openFinder(): Promise<FaceFinder> {
  return openFaceFinder(await nodeRuntime(), await readFaceNetworks());
}
