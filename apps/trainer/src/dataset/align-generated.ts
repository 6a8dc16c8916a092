/**
 * Brings a folder of generated faces to the FFHQ frame: landmarks of each face, then the same crop that photos get.
 * ProGAN-128 frames faces tightly: the FFHQ crop is about 1.45 times as wide as its image, so FFHQ's blurred
 * continuation of the border fills the rest. Faces that the detector is unsure of, and tilts or sizes far from the
 * usual ones, are mostly failures of the generator; they are skipped, counted and listed.
 */
import { alignFfhq, ffhqQuad } from '@mfim/faces';
import type { Face, FaceFinder, Point } from '@mfim/faces';
import { byteImage } from '@mfim/tensor-contracts';
import type { ByteImage } from '@mfim/tensor-contracts';
import { openDataset } from './open-dataset.ts';
import type { SkippedImage } from './prepare-dataset.ts';
import { ffhqSide } from './ffhq-side.ts';
import { openSizedOutputs } from './sized-outputs.ts';
import type { SizedFolder } from './sized-outputs.ts';

/** What to align. */
export interface AlignGeneratedOptions {
  /** The dataset folder that `generateFaces` filled. */
  readonly generated: string;
  readonly outputs: readonly SizedFolder[];
  readonly finder: FaceFinder;
  /** Faces with a lower detector score are skipped, 0 to 1. Default 0.7. */
  readonly minimumScore?: number;
  /** Number of the first generated face to look at (earlier ones are done). Default 0. */
  readonly first?: number;
  /** Called after each face. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** What became of the faces. */
export interface AlignmentResult {
  /** Images in the dataset now. */
  readonly count: number;
  readonly skipped: readonly SkippedImage[];
}

const DEFAULT_SCORE = 0.7;
/** Pixels repeated around the image so that the detector sees the whole face. */
const MARGIN_SHARE = 0.25;
const LARGEST_TILT_DEGREES = 20;
/** Side of the FFHQ crop in units of the image's side: 5 to 95 percent of ProGAN's faces lie in 1.28 to 1.59. */
const SIDE_RANGE = [1.15, 1.8] as const;

/**
 * Aligns every generated face that the outputs do not hold yet.
 * @returns the number of images in the outputs and the faces that were skipped, with reasons
 * @throws InputError when the folder holds no dataset
 */
export async function alignGenerated(options: AlignGeneratedOptions): Promise<AlignmentResult> {
  const generated = await openDataset(options.generated);
  const outputs = await openSizedOutputs(options.outputs);
  const skipped: SkippedImage[] = [];
  const { size, images } = generated.index;
  try {
    for (const [number, record] of images.entries()) {
      if (number < (options.first ?? 0) || outputs.has(record.origin)) continue;
      const image = byteImage(await generated.read([number]), { width: size, height: size, channels: 3 });
      const found = await findIn(image, options.finder);
      const reason = found === undefined ? 'no face found' : refusalOf(found, size, options.minimumScore ?? DEFAULT_SCORE);
      if (found === undefined || reason !== undefined) {
        skipped.push({ origin: record.origin, reason: reason ?? 'no face found' });
      } else {
        await outputs.add(alignFfhq(image, found.landmarks, outputs.largest), { ...record, faceSide: ffhqSide(found.landmarks) });
      }
      options.onProgress?.(number + 1, images.length);
    }
    return { count: outputs.count(), skipped };
  } finally {
    await outputs.close();
    await generated.close();
  }
}

async function findIn(image: ByteImage, finder: FaceFinder): Promise<Face | undefined> {
  const margin = Math.round(image.width * MARGIN_SHARE);
  const [face] = await finder.find(repeatBorder(image, margin));
  const back = ({ x, y }: Point): Point => ({ x: x - margin, y: y - margin });
  return face === undefined ? undefined : { ...face, landmarks: face.landmarks.map(back) };
}

function refusalOf(face: Face, size: number, minimumScore: number): string | undefined {
  if (face.score < minimumScore) return `detector score ${face.score.toFixed(2)}`;
  const { topLeft, topRight } = ffhqQuad(face.landmarks);
  const tilt = (Math.atan2(topRight.y - topLeft.y, topRight.x - topLeft.x) * 180) / Math.PI;
  if (Math.abs(tilt) > LARGEST_TILT_DEGREES) return `tilt of ${tilt.toFixed(0)} degrees`;
  const side = ffhqSide(face.landmarks) / size;
  const [smallest, largest] = SIDE_RANGE;
  return side < smallest || side > largest ? `crop of ${side.toFixed(2)} image sides` : undefined;
}

/** The RGB image with its outermost pixels repeated `margin` times on every side. */
function repeatBorder(image: ByteImage, margin: number): ByteImage {
  const [width, height] = [image.width + 2 * margin, image.height + 2 * margin];
  const clamp = (value: number, limit: number): number => Math.min(limit - 1, Math.max(0, value - margin));
  const pixels = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const source = (clamp(y, image.height) * image.width + clamp(x, image.width)) * 3;
      pixels.set(image.data.subarray(source, source + 3), (y * width + x) * 3);
    }
  }
  return byteImage(pixels, { width, height, channels: 3 });
}
