/**
 * How much the result looks like whom, as cosines. The result keeps the target's pose, so it is
 * aligned by the target's own landmarks: no second detection, no second source of noise.
 */
import { alignArcFace, fivePoints } from '@mfim/faces';
import type { Face } from '@mfim/faces';
import type { SwapResult } from '@mfim/pipeline';
import type { ByteImage } from '@mfim/tensor-contracts';
import { cosine } from './sface.ts';
import type { IdentityNetwork } from './sface.ts';

/** Cosines of one result; those of the sources are in the sources' order. */
export interface IdentityReport {
  readonly network: string;
  /** Result and source: what a swap should raise. With several sources, their mean. */
  readonly toSource: number;
  /** Result and target: what a swap should lower. */
  readonly toTarget: number;
  /** Target and source before the swap: what `toSource` is to be compared with. */
  readonly targetToSource: number;
  readonly sources: readonly { readonly toSource: number; readonly targetToSource: number }[];
}

/** A result and the photos that it was made of. */
export interface IdentityRequest {
  readonly target: ByteImage;
  readonly sources: readonly ByteImage[];
  readonly result: Pick<SwapResult, 'image' | 'faces'>;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Measures one result. */
export async function measureIdentity(network: IdentityNetwork, request: IdentityRequest): Promise<IdentityReport> {
  const { faces, image } = request.result;
  const embed = async (photo: ByteImage, face: Face | undefined): Promise<Float32Array> =>
    network.embed(alignArcFace(photo, fivePoints((face as Face).landmarks)));
  const targetFace = faces.target[faces.chosen.target];
  const result = await embed(image, targetFace);
  const target = await embed(request.target, targetFace);
  const sources = [];
  for (const [index, photo] of request.sources.entries()) {
    const source = await embed(photo, faces.sources[index]?.[faces.chosen.sources[index] ?? 0]);
    sources.push({ toSource: cosine(result, source), targetToSource: cosine(target, source) });
  }
  return {
    network: network.name,
    toSource: mean(sources.map(({ toSource }) => toSource)),
    toTarget: cosine(result, target),
    targetToSource: mean(sources.map(({ targetToSource }) => targetToSource)),
    sources,
  };
}
