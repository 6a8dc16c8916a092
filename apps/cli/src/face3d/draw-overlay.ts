/** A photo with what was read of its faces drawn over it: mask, landmarks and axes; without a basis, crop and axes. */
import type { HeadModel } from '@mfim/face3d';
import { projectPerspective } from '@mfim/face3d';
import { ffhqQuad } from '@mfim/faces';
import type { ByteImage } from '@mfim/tensor-contracts';
import { drawMarks } from './draw-marks.ts';
import { drawMesh } from './draw-mesh.ts';
import type { FaceReading } from './face-network.ts';
import type { HeadParts } from './head-parts.ts';
import { maskParts } from './head-parts.ts';
import { layOver, regionAround } from './layer.ts';
import type { Layer } from './layer.ts';
import { posedHead } from './posed-head.ts';

/** What is drawn of heads: made once from a basis. */
export interface HeadMask {
  readonly model: HeadModel;
  readonly parts: HeadParts;
}

/** @param model absent where there is no basis */
export function headMask(model: HeadModel | undefined): HeadMask | undefined {
  return model === undefined ? undefined : { model, parts: maskParts(model) };
}

/** Picture points of the vertices that hide something. */
function shownPoints(placed: Float64Array, { cover }: HeadParts, camera: FaceReading['camera']): Float64Array {
  const shown = Array.from(cover.keys()).filter((vertex) => cover[vertex]! > 0);
  return projectPerspective(shown.flatMap((vertex) => [...placed.subarray(vertex * 3, vertex * 3 + 3)]), camera);
}

async function layersOf(reading: FaceReading, mask: HeadMask | undefined, photo: ByteImage): Promise<readonly Layer[]> {
  const quad = ffhqQuad(reading.face.landmarks);
  if (mask === undefined) {
    const marks = await drawMarks({ quad, view: reading }, photo);
    return marks === undefined ? [] : [marks];
  }
  const { placed, landmarks } = posedHead(mask.model, reading);
  const region = regionAround(shownPoints(placed, mask.parts, reading.camera), 1, photo);
  const mesh = region === undefined ? undefined : drawMesh({ ...mask.parts, placed }, reading.camera, region);
  return [mesh, await drawMarks({ quad, view: reading, landmarks }, photo)].filter((layer) => layer !== undefined);
}

/** @returns a picture of the photo's size; what no drawing covers keeps its bytes */
export async function drawOverlay(photo: ByteImage, readings: readonly FaceReading[], mask: HeadMask | undefined): Promise<ByteImage> {
  const layers: Layer[] = [];
  // The largest face is the nearest: it is drawn last.
  for (const reading of readings.toReversed()) layers.push(...(await layersOf(reading, mask, photo)));
  return layOver(photo, layers);
}
