/**
 * Runs the detector network on a photo: letterboxed to its square input (the photo in the top left
 * corner, black elsewhere), boxes back in photo pixels, overlapping ones suppressed.
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

/** Scales the photo so that its longer side fills the input. */
function letterbox(photo: ByteImage): ByteImage {
  const scale = DETECTOR_SIZE / Math.max(photo.width, photo.height);
  const width = Math.max(1, Math.round(photo.width * scale));
  const height = Math.max(1, Math.round(photo.height * scale));
  const small = resample(photo, { width, height }, 'bilinear');
  return crop(small, { x: 0, y: 0, width: DETECTOR_SIZE, height: DETECTOR_SIZE });
}

function boxAt(boxes: Float32Array, index: number, side: number): Box {
  const [top, left, bottom, right] = boxes.subarray(index * 4, index * 4 + 4) as unknown as [number, number, number, number];
  return { x: left * side, y: top * side, width: (right - left) * side, height: (bottom - top) * side };
}

/**
 * Faces of one photo, best first.
 *
 * @param photo RGB
 * @param minimumScore boxes below are dropped
 */
export async function detect(session: InferenceSession, photo: ByteImage, minimumScore: number): Promise<readonly Detection[]> {
  const input = toSigned(letterbox(photo));
  const shape = [1, DETECTOR_SIZE, DETECTOR_SIZE, 3];
  const { boxes, scores } = await session.run({ image: { data: input.data, shape } }, ['boxes', 'scores']);
  const side = Math.max(photo.width, photo.height);
  const candidates: Detection[] = [];
  scores?.data.forEach((score, index) => {
    if (score >= minimumScore) candidates.push({ score, box: boxAt(boxes?.data as Float32Array, index, side) });
  });
  return suppressOverlaps(candidates);
}
