/**
 * The open face regressor (`mfim-train export-face3d`) on ONNX Runtime: a face of a photo becomes coefficients, pose and camera in the
 * photo's own pixels, and how far off they are expected to be. Nothing of a folder is run before its facts and checksum hold.
 */
import { join } from 'node:path';
import type { PerspectiveCamera, RigidMotion } from '@mfim/face3d';
import { alignFfhq, ffhqQuad } from '@mfim/faces';
import type { Face } from '@mfim/faces';
import { OPEN_FACE_FACTS_FILE, faceConfidences, openFaceFraming, openFacePose, openFaceView, readOpenFaceExport } from '@mfim/losses-3dmm';
import type { OpenFaceExport, OpenFaceFacts, OpenFaceFiles } from '@mfim/losses-3dmm';
import type { JudgedFace } from '@mfim/metrics';
import { fixedCrop } from '@mfim/nn';
import type { CropFraming } from '@mfim/nn';
import { sha256 } from '@mfim/pipeline';
import { InputError, toSigned } from '@mfim/tensor-contracts';
import type { ByteImage, HostTensor, InferenceRuntime, InferenceSession } from '@mfim/tensor-contracts';
import * as tf from '@tensorflow/tfjs-core';
import { readInputFile } from '../input-file.ts';
import { useCpuBackend } from '../use-cpu-backend.ts';
import { photoView } from './photo-view.ts';

/** What is known of one face. */
export interface FaceReading {
  /** Where it was found. */
  readonly face: Face;
  /** [identity], in standard deviations of the model's modes. */
  readonly identity: Float32Array;
  /** [expression], 0 to 1, in the order of the facts' names. */
  readonly expression: Float32Array;
  /** Of the head before the camera, in centimetres. */
  readonly motion: RigidMotion;
  /** In pixels of the photo. */
  readonly camera: PerspectiveCamera;
  /** How far off the landmarks are expected to be, in shares of the eyes' distance. */
  readonly deviation: number;
  /** 0 to 1. */
  readonly confidence: number;
}

/** A regressor, open. */
export interface FaceNetwork {
  readonly folder: string;
  readonly facts: OpenFaceFacts;
  /** @throws InputError when the network gives something that is no face's */
  read(photo: ByteImage, face: Face): Promise<FaceReading>;
  /** What metrics compare, of an FFHQ-aligned face of any size. @throws InputError as `read` */
  judge(aligned: ByteImage): Promise<JudgedFace>;
  release(): Promise<void>;
}

/** The face is aligned at a larger size than the network reads, so that its crop is always a reduction. */
const OVERSAMPLING = 2;

function filesIn(folder: string): OpenFaceFiles {
  return { origin: folder, sha256, read: (name) => readInputFile(join(folder, name), 'face regressor') };
}

async function openSession(runtime: InferenceRuntime, folder: string, { facts, network }: OpenFaceExport): Promise<InferenceSession> {
  try {
    return await runtime.open(network);
  } catch (cause) {
    const got = cause instanceof Error ? cause.message : String(cause);
    throw new InputError({ where: join(folder, facts.file.name), expected: 'a network that ONNX Runtime opens', got, remedy: `take ${OPEN_FACE_FACTS_FILE} and ${facts.file.name} from one export`, cause });
  }
}

/** One row of an output of the network. @throws InputError unless it has `width` finite numbers */
function row(outputs: Readonly<Record<string, HostTensor>>, name: string, width: number): Float32Array {
  const found = outputs[name]?.data;
  if (found?.length === width && found.every(Number.isFinite)) return found;
  const got = found === undefined ? 'none' : found.length === width ? 'one that is not a number' : `${found.length}`;
  throw new InputError({ where: `face regressor, output ${name}`, expected: `${width} finite numbers`, got, remedy: 'export the regressor again with mfim-train export-face3d' });
}

/** [1, side, side, 3] in [-1, 1]; the framing's sampling weights are remembered with it. */
function cropAligned(aligned: ByteImage, framing: CropFraming): HostTensor {
  const { data: values, width, height } = toSigned(aligned);
  const crop = tf.tidy(() => fixedCrop(framing, tf.tensor4d(values, [1, height, width, 3])));
  const data = crop.dataSync<'float32'>();
  crop.dispose();
  return { data, shape: crop.shape };
}

/** Where the head is, as tensors of the open scope. */
function placeOf(outputs: Readonly<Record<string, HostTensor>>) {
  return {
    rotations: tf.tensor3d(row(outputs, 'rotations', 9), [1, 3, 3]),
    centre: tf.tensor2d(row(outputs, 'centre', 2), [1, 2]),
    scale: tf.tensor2d(row(outputs, 'scale', 1), [1, 1]),
    distance: tf.tensor2d(row(outputs, 'distance', 1), [1, 1]),
  };
}

/** The head and its camera over the FFHQ crop, whose side is 1. */
function cropView(outputs: Readonly<Record<string, HostTensor>>): { readonly motion: RigidMotion; readonly camera: PerspectiveCamera } {
  const rotation = row(outputs, 'rotations', 9);
  const { translations, camera } = openFaceView(placeOf(outputs), 1);
  const { focal } = camera as { readonly focal: tf.Tensor };
  const [x, y] = camera.centre.dataSync() as unknown as [number, number];
  return { motion: { rotation: Float64Array.from(rotation), translation: translations.dataSync() }, camera: { focal: focal.dataSync()[0] as number, centre: [x, y] } };
}

function readingOf(face: Face, outputs: Readonly<Record<string, HostTensor>>, { network }: OpenFaceFacts): FaceReading {
  const view = tf.tidy(() => cropView(outputs) as never) as ReturnType<typeof cropView>;
  const logDeviation = row(outputs, 'logDeviation', 1);
  return {
    face,
    identity: row(outputs, 'identity', network.identity),
    expression: row(outputs, 'expression', network.expression),
    ...photoView(view, ffhqQuad(face.landmarks)),
    deviation: Math.exp(logDeviation[0] as number),
    confidence: faceConfidences(logDeviation)[0] as number,
  };
}

function judgementOf(outputs: Readonly<Record<string, HostTensor>>, { network }: OpenFaceFacts): JudgedFace {
  return {
    shape: row(outputs, 'identity', network.identity),
    pose: tf.tidy(() => openFacePose(placeOf(outputs)).dataSync() as unknown as never) as Float32Array,
    expression: row(outputs, 'expression', network.expression),
    confidence: faceConfidences(row(outputs, 'logDeviation', 1))[0] as number,
  };
}

/**
 * Opens the regressor of a folder.
 *
 * @throws InputError when a file is absent, damaged, or of something else
 */
export async function openFaceNetwork(folder: string, runtime: InferenceRuntime): Promise<FaceNetwork> {
  const found = await readOpenFaceExport(filesIn(folder));
  const { facts } = found;
  const session = await openSession(runtime, folder, found);
  await useCpuBackend();
  const framing = openFaceFraming(facts.network.input);
  const run = (aligned: ByteImage): Promise<Readonly<Record<string, HostTensor>>> => session.run({ face: cropAligned(aligned, framing) });
  return {
    folder,
    facts,
    read: async (photo, face) => readingOf(face, await run(alignFfhq(photo, face.landmarks, OVERSAMPLING * framing.size)), facts),
    judge: async (aligned) => judgementOf(await run(aligned), facts),
    release: () => session.release(),
  };
}
