import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { drawHeadScene, headMirror, landmarkBasis, morphVertices, movePoints, projectPerspective } from '@mfim/face3d';
import { readIct } from '@mfim/losses-3dmm/node';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { randomStream } from '../src/pretraining/random-stream.ts';
import { loadFaces } from '../src/regression/face-batch.ts';
import { mirrorLabels, mirrorPicture } from '../src/regression/face-warp.ts';
import { smallFaces, smallHead, smallRegression } from './regression-small-run.ts';

const ICT = fileURLToPath(new URL('../../../../shared/data/weights/ict-facekit', import.meta.url));
const absent = !existsSync(ICT);
if (absent) console.warn(`skipped: no ICT-FaceKit model in ${ICT}; get the light model's arrays as packages/losses-3dmm/src/node/read-ict.ts describes them`);

describe('mirrorPicture', () => {
  test('the first pixel of a line becomes its last', () => {
    const pixels = Uint8Array.from({ length: 27 }, (_, at) => at);
    expect([...mirrorPicture({ pixels, size: 3 }).pixels.subarray(0, 9)]).toEqual([6, 7, 8, 3, 4, 5, 0, 1, 2]);
  });

  test('law: twice is none', () => {
    fc.assert(fc.property(fc.uint8Array({ minLength: 48, maxLength: 48 }), (pixels) => {
      expect(mirrorPicture(mirrorPicture({ pixels, size: 4 })).pixels).toEqual(pixels);
    }));
  });
});

describe('mirrored faces of a batch', () => {
  const head = smallHead();
  const faces = smallFaces(head).training.slice(0, 4);
  const { augmentation } = smallRegression();
  const still = { ...augmentation, scale: 0, shift: 0, roll: 0, brightness: 0, contrast: 0, colour: 0, noise: 0, scrambled: 0, blur: { chance: 0, least: 1 }, cutout: { chance: 0, longest: 0 } };
  const mirror = { identitySigns: [1, -1, 1], expressionOrder: [1, 0], landmarkOrder: Array.from({ length: 68 }, (_, index) => index) };

  test('have mirrored pixels and labels; as many as the augmentation says', async () => {
    const form = { input: 32, mirror };
    const plain = await loadFaces(faces, 1, { ...form, augmentation: { ...still, mirrored: 0 } });
    const mirrored = await loadFaces(faces, 1, { ...form, augmentation: { ...still, mirrored: 1 } });
    for (let row = 0; row < faces.length; row += 1) {
      for (const [line, column] of [[3, 4], [20, 9], [31, 31]] as const) {
        const at = (row * 32 + line) * 32;
        expect(mirrored.crops[(at + column) * 3]).toBeCloseTo(plain.crops[(at + 31 - column) * 3]!, 4);
      }
      expect(mirrored.labels[row]!.identity[1]).toBe(-plain.labels[row]!.identity[1]!);
      expect(mirrored.labels[row]!.expression).toEqual(plain.labels[row]!.expression.toReversed());
      expect(mirrored.labels[row]!.landmarks[0]).toBeCloseTo(1 - plain.labels[row]!.landmarks[0]!, 6);
    }
    const some = await loadFaces(Array.from({ length: 40 }, () => faces[0]!), 1, { ...form, augmentation: { ...still, mirrored: 0.5 } });
    const count = some.labels.filter(({ identity }) => identity[1] !== faces[0]!.labels.identity[1]).length;
    expect(count).toBeGreaterThan(8);
    expect(count).toBeLessThan(32);
  });
});

describe.skipIf(absent)('of ICT-FaceKit', () => {
  test('law: every expression of one side is the mirror image of its other', async () => {
    const model = await readIct(ICT);
    const { expressionOrder, identitySigns, landmarkOrder } = headMirror(model);
    expect(identitySigns.filter((sign) => sign < 0).length).toBeGreaterThan(10);
    const { expression, mean } = landmarkBasis(model.basis, model.basis.landmarks);
    const mode = (index: number) => expression.subarray(index * mean.length, (index + 1) * mean.length);
    expressionOrder.forEach((other, index) => {
      // Pupils move no landmark: what is left of them is the rounding of the basis.
      let [difference, size] = [0, 1e-3];
      landmarkOrder.forEach((from, to) => [0, 1, 2].forEach((axis) => {
        difference += (mode(other)[to * 3 + axis]! - (axis === 0 ? -1 : 1) * mode(index)[from * 3 + axis]!) ** 2;
        size += mode(other)[to * 3 + axis]! ** 2;
      }));
      expect(difference / size, model.expressionNames[index]).toBeLessThan(0.05);
    });
  });

  test('law: mirrored labels say where the mirrored landmarks are', async () => {
    const model = await readIct(ICT);
    const mirror = headMirror(model);
    const marks = landmarkBasis(model.basis, model.basis.landmarks);
    const size = 128;
    const project = ({ identity, expression, rotation, translation, focal, centre }: Parameters<typeof mirrorLabels>[1]): Float64Array =>
      projectPerspective(movePoints(morphVertices(marks, { identity, expression }), { rotation: Float64Array.from(rotation), translation }), { focal, centre: [centre[0]!, centre[1]!] });
    for (const seed of [1, 2, 3]) {
      const { shape, motion, camera } = drawHeadScene(model, size, randomStream(seed));
      const placed = { identity: Array.from(shape.identity), expression: Array.from(shape.expression), rotation: [...motion.rotation], translation: Array.from(motion.translation), focal: camera.focal, centre: [...camera.centre] };
      const mirrored = mirrorLabels(mirror, { ...placed, landmarks: [...project({ ...placed, landmarks: [] })] }, size);
      project(mirrored).forEach((place, at) => expect(Math.abs(place - mirrored.landmarks[at]!)).toBeLessThan(0.5));
    }
  });
});
