/**
 * Runs the detector network on a region of a photo: letterboxed to the network's square input (the
 * region in the top left corner, black elsewhere and outside of the photo), boxes back in photo
 * pixels, overlapping ones suppressed.
 */
import { toSigned } from '@mfim/tensor-contracts';
import type { ByteImage, InferenceSession } from '@mfim/tensor-contracts';
import type { Box } from './box.ts';
import { crop } from './crop.ts';
import { resample } from './resample.ts';
import { suppressOverlaps } from './suppress-overlaps.ts';

/** Side of the network's input. */
export const DETECTOR_SIZE = 512;

/** A box that the network believes to hold a face. */
export interface Detection {
  readonly box: Box;
  readonly score: number;
}

/** Where to search: the network, the photo (RGB), and the least score of what counts. */
export interface DetectorScene {
  readonly session: InferenceSession;
  readonly photo: ByteImage;
  readonly minimumScore: number;
}

/** Scales the region so that its longer side fills the input. */
function letterbox(photo: ByteImage, region: Box): ByteImage {
  const scale = DETECTOR_SIZE / Math.max(region.width, region.height);
  const left = Math.max(0, Math.floor(region.x));
  const top = Math.max(0, Math.floor(region.y));
  const width = Math.max(1, Math.min(photo.width, Math.ceil(region.x + region.width)) - left);
  const height = Math.max(1, Math.min(photo.height, Math.ceil(region.y + region.height)) - top);
  const size = { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
  const small = resample(crop(photo, { x: left, y: top, width, height }), size, 'bilinear');
  const x = -Math.round((left - region.x) * scale) || 0;
  const y = -Math.round((top - region.y) * scale) || 0;
  return crop(small, { x, y, width: DETECTOR_SIZE, height: DETECTOR_SIZE });
}

function boxAt(boxes: Float32Array, index: number, region: Box): Box {
  const side = Math.max(region.width, region.height);
  const [top, left, bottom, right] = boxes.subarray(index * 4, index * 4 + 4) as unknown as [number, number, number, number];
  return {
    x: region.x + left * side,
    y: region.y + top * side,
    width: (right - left) * side,
    height: (bottom - top) * side,
  };
}

/**
 * Faces in one region of a photo, best first.
 *
 * @param region may reach over the photo's border
 */
export async function detect({ session, photo, minimumScore }: DetectorScene, region: Box): Promise<readonly Detection[]> {
  const input = toSigned(letterbox(photo, region));
  const shape = [1, DETECTOR_SIZE, DETECTOR_SIZE, 3];
  const { boxes, scores } = await session.run({ image: { data: input.data, shape } }, ['boxes', 'scores']);
  const candidates: Detection[] = [];
  scores?.data.forEach((score, index) => {
    if (score >= minimumScore) candidates.push({ score, box: boxAt(boxes?.data as Float32Array, index, region) });
  });
  return suppressOverlaps(candidates);
}
