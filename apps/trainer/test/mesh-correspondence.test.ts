import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { HEAD_GROUPS, drawHeadScene, landmarksAtVertices, mediapipeLandmarks } from '@mfim/face3d';
import type { HeadModel } from '@mfim/face3d';
import { readIct } from '@mfim/losses-3dmm/node';
import { InputError } from '@mfim/tensor-contracts';
import { describe, expect, test } from 'vitest';
import { randomStream } from '../src/pretraining/random-stream.ts';
import type { FaceLabels } from '../src/synthesis/face-labels.ts';
import { openFacemesh } from '../src/synthesis/facemesh-network.ts';
import { meshCorrespondence, projectVertices, pupilVertex } from '../src/synthesis/mesh-correspondence.ts';

const VERTICES = 60;
const SIZE = 128;

/** Points strewn over the front of a ball, all of them skin but the last triangle's, an eyeball's. */
function strewnHead(): HeadModel {
  const random = randomStream(3);
  const mean = Float32Array.from({ length: VERTICES * 3 }, (_, at) => (at % 3 === 2 ? 3 : 6) * random.normal());
  const draw = (modes: number): Float32Array => Float32Array.from({ length: modes * mean.length }, () => 0.4 * random.normal());
  const triangles = Int32Array.from({ length: VERTICES }, (_, vertex) => vertex);
  const triangleGroups = new Uint8Array(VERTICES / 3).fill(HEAD_GROUPS.indexOf('face'));
  triangleGroups[triangleGroups.length - 1] = HEAD_GROUPS.indexOf('left-sclera');
  const basis = { name: 'strewn', mean, identity: draw(2), expression: draw(1), triangles, landmarks: landmarksAtVertices(Array.from({ length: 68 }, (_, index) => index % VERTICES)), millimetresPerUnit: 10 };
  return { basis, triangleGroups, cornerUv: new Float32Array(triangles.length * 2), expressionNames: ['jawOpen'] };
}

function drawLabels(model: HeadModel, number: number): FaceLabels {
  const { shape, motion, camera } = drawHeadScene(model, SIZE, randomStream(100 + number * 7919));
  return { number, person: number, identity: Array.from(shape.identity), expression: Array.from(shape.expression), rotation: [...motion.rotation], translation: Array.from(motion.translation), focal: camera.focal, centre: [...camera.centre], landmarks: Array.from({ length: 136 }, () => 0) };
}

describe('meshCorrespondence', () => {
  const model = strewnHead();
  const wanted = Int32Array.of(5, 17, 40, 2, 33);
  const sightings = Array.from({ length: 12 }, (_, number) => {
    const labels = drawLabels(model, number);
    const random = randomStream(900 + number);
    const found = projectVertices(model, labels, wanted).map((value) => value + 0.3 * random.normal());
    return { labels, found };
  });

  test('law: points that are vertices, with noise, are found again; one head that is all wrong does not matter', () => {
    expect([...meshCorrespondence(model, sightings).vertices]).toEqual([...wanted]);
    const wrong = [...sightings.slice(1), { labels: sightings[0]!.labels, found: sightings[0]!.found.toReversed() }];
    const { vertices, misses } = meshCorrespondence(model, wrong);
    expect([...vertices]).toEqual([...wanted]);
    for (const miss of misses) expect(miss).toBeLessThan(0.1);
  });

  test('value: the pupil is the foremost vertex of its eyeball', () => {
    const last = [VERTICES - 3, VERTICES - 2, VERTICES - 1];
    const foremost = last.reduce((best, vertex) => (model.basis.mean[vertex * 3 + 2]! > model.basis.mean[best * 3 + 2]! ? vertex : best));
    expect(pupilVertex(model, 'left')).toBe(foremost);
  });

  test('error: too few heads, a folder without the network', async () => {
    expect(() => meshCorrespondence(model, sightings.slice(0, 3))).toThrow(InputError);
    await expect(openFacemesh(path.join('no', 'such', 'folder'))).rejects.toThrow(InputError);
  });
});

const ICT = fileURLToPath(new URL('../../../../shared/data/weights/ict-facekit', import.meta.url));
const absent = !existsSync(ICT);
if (absent) console.warn(`skipped: no ICT-FaceKit model in ${ICT}; get the light model's arrays as packages/losses-3dmm/src/node/read-ict.ts describes them`);

test.skipIf(absent)('the stored correspondence is where MediaPipe says that its points are, and symmetric', async () => {
  const { basis } = await readIct(ICT);
  const { basis: points } = mediapipeLandmarks(basis, 478);
  const place = (point: number): readonly number[] => [...points.mean.subarray(point * 3, point * 3 + 3)];
  // Outer corners of the eyes, corners of the mouth, inner corners of the eyes: the person's right and left.
  for (const [right, left] of [[33, 263], [61, 291], [133, 362]] as const) {
    const [a, b] = [place(right), place(left)];
    expect(a[0]!).toBeLessThan(-1);
    // Centimetres; 0.3 is about the distance between vertices.
    expect(Math.hypot(a[0]! + b[0]!, a[1]! - b[1]!, a[2]! - b[2]!)).toBeLessThan(0.6);
  }
  expect(Math.abs(place(1)[0]!)).toBeLessThan(0.3);
  expect(place(1)[2]!).toBeGreaterThan(12);
  expect(place(10)[1]!).toBeGreaterThan(place(152)[1]! + 12);
  expect(place(468)[0]!).toBeLessThan(0);
  expect(place(469)[0]!).toBeGreaterThan(0);
});
