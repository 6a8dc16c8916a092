/** One pass of a bundle's encoder. */
import { ShapeError, mapPortName, styleCodes, toSigned } from '@mfim/tensor-contracts';
import type { BundleManifest, ByteImage, HostTensor, StyleTable } from '@mfim/tensor-contracts';
import { PORT, mapIndices } from './bundle-contract.ts';
import type { EncodedFace } from './bundle.ts';
import type { Network } from './network.ts';

function checkCrop(crop: ByteImage, size: number): void {
  if (crop.width === size && crop.height === size) return;
  throw new ShapeError({
    where: 'encode',
    expected: `a face of ${size} x ${size} pixels`,
    got: `${crop.width} x ${crop.height}`,
    remedy: 'align it with alignFfhq(photo, landmarks, manifest.alignment.size)',
  });
}

/** A function that encodes one crop. */
export function faceEncoder(
  manifest: BundleManifest,
  table: StyleTable,
  network: Network,
): (crop: ByteImage, signal?: AbortSignal) => Promise<EncodedFace> {
  const { size } = manifest.alignment;
  const indices = mapIndices(manifest.encoder.outputs);
  return async (crop, signal) => {
    checkCrop(crop, size);
    const image = { data: toSigned(crop).data, shape: [1, size, size, 3] };
    const outputs = await network.run({ [PORT.image]: image }, signal);
    const { data } = outputs[PORT.codes] as HostTensor;
    const maps = new Map(indices.map((index) => [index, (outputs[mapPortName(index)] as HostTensor).data]));
    return { codes: styleCodes(table, data), maps };
  };
}
