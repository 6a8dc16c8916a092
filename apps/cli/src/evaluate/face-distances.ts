/**
 * How far swaps are off in 3D, by the open face regressor: shape from the source, pose and expression from the target, all seen at the
 * model's resolution. Pairs with a face that it doubts have no distance.
 */
import { METRICS, metricNamed, rememberingJudge } from '@mfim/metrics';
import type { MetricName } from '@mfim/metrics';
import { FaceError, toSigned } from '@mfim/tensor-contracts';
import type { ByteImage, InferenceRuntime } from '@mfim/tensor-contracts';
import * as tf from '@tensorflow/tfjs-core';
import { openFaceNetwork } from '../face3d/face-network.ts';

/** Aligned faces of one size. */
export interface SwappedFaces {
  readonly swapped: ByteImage;
  readonly source: ByteImage;
  readonly target: ByteImage;
}

/** Distances of one pair; `undefined` where a face was doubted. */
export type FaceDistanceValues = Readonly<Record<(typeof NAMES)[number] | 'shapeOfTarget', number | undefined>>;

/** Measures pairs. */
export interface FaceDistances {
  /** The regressor's own name, such as that of its run. */
  readonly network: string;
  measure(faces: SwappedFaces): Promise<FaceDistanceValues>;
  release(): Promise<void>;
}

const NAMES = ['shape', 'pose', 'expression'] as const satisfies readonly MetricName[];

async function unlessDoubted(value: Promise<number>): Promise<number | undefined> {
  try {
    return await value;
  } catch (error) {
    if (error instanceof FaceError) return undefined;
    throw error;
  }
}

/** @throws InputError when the folder holds no regressor, or a damaged one */
export async function openFaceDistances(runtime: InferenceRuntime, folder: string): Promise<FaceDistances> {
  const { facts, judge, release } = await openFaceNetwork(folder, runtime);
  return {
    network: facts.name,
    async measure(faces) {
      const images = new Map<tf.Tensor, ByteImage>();
      const tensorOf = (image: ByteImage): tf.Tensor => {
        const tensor = tf.tensor(toSigned(image).data, [1, image.height, image.width, 3]);
        images.set(tensor, image);
        return tensor;
      };
      const tensors = { swapped: tensorOf(faces.swapped), source: tensorOf(faces.source), target: tensorOf(faces.target) };
      const coefficients = rememberingJudge({ name: facts.name, judge: (tensor) => judge(images.get(tensor) as ByteImage) });
      const values = NAMES.map(async (name) => [name, await unlessDoubted(metricNamed(name, { coefficients }).measure(tensors.swapped, tensors[METRICS[name].compared]))] as const);
      const shapeOfTarget = unlessDoubted(metricNamed('shape', { coefficients }).measure(tensors.target, tensors.source));
      try {
        return { ...(Object.fromEntries(await Promise.all(values)) as Record<(typeof NAMES)[number], number | undefined>), shapeOfTarget: await shapeOfTarget };
      } finally {
        tf.dispose(tensors);
      }
    },
    release,
  };
}
