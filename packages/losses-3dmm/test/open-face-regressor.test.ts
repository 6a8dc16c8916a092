import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { FACE_CENTRE, movePoints, projectPerspective } from '@mfim/face3d';
import { countParameters, fixedCrop, initialParameters, seededNormal } from '@mfim/nn';
import { FaceError, InputError, ShapeError } from '@mfim/tensor-contracts';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  OPEN_FACE_POSE_WIDTH,
  OPEN_FACE_SIZE,
  OPEN_FACE_SQUARE,
  assertConfident,
  faceConfidences,
  foldOpenFace,
  modeVariances,
  openFaceCoefficients,
  openFaceFraming,
  openFaceNumbers,
  openFacePose,
  openFaceRegressor,
  openFaceSpec,
  openFaceView,
  placePoints,
  projectPoints,
} from '../src/index.ts';
import type { OpenFaceParameters } from '../src/index.ts';
import { slopeError } from './gradient-check.ts';

beforeAll(() => tf.setBackend('cpu'));

const SMALL = { input: 32, width: 1 / 8, identity: 3, expression: 2 };
const BYTES_IN_A_FLOAT = 4;
const TEN_MEGABYTES = 1e7;

const parameters = (seed = 1): OpenFaceParameters => initialParameters(openFaceSpec(SMALL), seededNormal(seed)) as OpenFaceParameters;
const regressor = (seed = 1) => openFaceRegressor(foldOpenFace(parameters(seed)), { size: SMALL, expressionNames: ['jawOpen', 'mouthSmile_L'] });
const face = (seed: number, side = 40, batch = 2): tf.Tensor => tf.randomUniform([batch, side, side, 3], -1, 1, 'float32', seed);

describe('openFaceRegressor', () => {
  test('smoke and shape: three parts of the stated widths and names, from a face of any size', () => {
    const { regress, widths, names } = regressor();
    for (const side of [40, 61]) {
      const coefficients = regress(face(1, side));
      for (const part of ['shape', 'pose', 'expression'] as const) {
        expect(coefficients[part].shape).toEqual([2, widths[part]]);
        expect(names[part]).toHaveLength(widths[part]);
      }
    }
    expect(names.expression[0]).toBe('jawOpen');
  });

  test('the shipped size is below ten megabytes of float32', () => {
    expect(OPEN_FACE_SIZE.identity).toBeGreaterThanOrEqual(40);
    expect(countParameters(openFaceSpec()) * BYTES_IN_A_FLOAT).toBeLessThan(TEN_MEGABYTES);
  });

  test('value: without weights in the head, the mean face that looks into the camera', () => {
    const own = parameters();
    const { read, regress } = openFaceRegressor(foldOpenFace({ ...own, head: { ...own.head, weight: tf.zerosLike(own.head.weight) } }), { size: SMALL });
    const { identity, expression, rotations, centre, scale, distance } = read(face(1, 40, 1));
    expect([...identity.dataSync()]).toEqual([0, 0, 0]);
    for (const value of expression.dataSync()) expect(value).toBeCloseTo(0.1, 6);
    expect([...rotations.dataSync()]).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 1]);
    expect([...centre.dataSync()]).toEqual([0.5, 0.5]);
    expect(scale.dataSync()[0]).toBeCloseTo(1 / 25, 6);
    expect(distance.dataSync()[0]).toBeCloseTo(100, 3);
    [1, 0, 0, 0, 1, 0, 0, 0, 0].forEach((value, at) => expect(regress(face(1, 40, 1)).pose.dataSync()[at]).toBeCloseTo(value, 6));
  });

  test('law: the faces of a batch do not touch each other', () => {
    const { regress } = regressor();
    const both = regress(face(1)).shape.arraySync() as number[][];
    const alone = regress(tf.slice(face(1), 1)).shape.arraySync() as number[][];
    alone[0]!.forEach((value, index) => expect(value).toBeCloseTo(both[1]![index]!, 4));
  });

  test('gradient by the parameters agrees with the difference', () => {
    const own = parameters(2);
    const value = (kernel: tf.Tensor): tf.Tensor => {
      const changed = { ...own, blocks: { ...own.blocks, block2: { ...own.blocks['block2']!, depthwise: { ...own.blocks['block2']!.depthwise, kernel } } } };
      return tf.sum(tf.square(openFaceRegressor(foldOpenFace(changed), { size: SMALL }).regress(face(4, 32, 1)).shape));
    };
    expect(slopeError(value, own.blocks['block2']!.depthwise.kernel, 0.01)).toBeLessThan(0.05);
  });

  test('error: names of another model, an image that is no square, sizes that no network has', () => {
    expect(() => openFaceRegressor(foldOpenFace(parameters()), { size: SMALL, expressionNames: ['jawOpen'] })).toThrow(InputError);
    expect(() => regressor().regress(tf.zeros([1, 32, 40, 3]))).toThrow(ShapeError);
    expect(() => openFaceSpec({ ...SMALL, identity: 0 })).toThrow(InputError);
    expect(() => openFaceCoefficients(tf.zeros([1, 5]), SMALL)).toThrow(ShapeError);
  });
});

describe('openFaceCoefficients', () => {
  test('law: whatever the numbers, rotations are rotations, expressions in 0..1, scale and distance above 0', () => {
    const number = fc.double({ min: -30, max: 30, noNaN: true });
    fc.assert(
      fc.property(fc.array(number, { minLength: openFaceNumbers(SMALL), maxLength: openFaceNumbers(SMALL) }), (numbers) => {
        const { rotations, expression, scale, distance, logDeviation } = openFaceCoefficients(tf.tensor2d([numbers]), SMALL);
        const product = tf.matMul(rotations, rotations, false, true).dataSync();
        tf.eye(3).dataSync().forEach((value, at) => expect(product[at]).toBeCloseTo(value, 3));
        for (const value of expression.dataSync()) expect(value >= 0 && value <= 1).toBe(true);
        for (const value of [...scale.dataSync(), ...distance.dataSync()]) expect(value).toBeGreaterThan(0);
        expect(Number.isFinite(logDeviation.dataSync()[0])).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  test('the pose is two columns of the rotation, then the place, the scale', () => {
    const coefficients = openFaceCoefficients(tf.randomNormal([1, openFaceNumbers(SMALL)], 0, 1, 'float32', 6), SMALL);
    const pose = openFacePose(coefficients);
    expect(pose.shape).toEqual([1, OPEN_FACE_POSE_WIDTH]);
    const [rotation] = coefficients.rotations.arraySync();
    const [right, down] = coefficients.centre.dataSync();
    const expected = [...[0, 1].flatMap((column) => rotation!.map((row) => row[column]!)), right! - 0.5, down! - 0.5, Math.log(25 * coefficients.scale.dataSync()[0]!)];
    expected.forEach((value, at) => expect(pose.dataSync()[at]).toBeCloseTo(value, 5));
  });

  test('the camera is a pinhole that sees the centre of the face where it is said to be', () => {
    const coefficients = openFaceCoefficients(tf.randomNormal([2, openFaceNumbers(SMALL)], 0, 1, 'float32', 5), SMALL);
    const view = openFaceView(coefficients, 200);
    const points = tf.tensor3d([[[...FACE_CENTRE], [3, -2, 5]], [[...FACE_CENTRE], [1, 2, 3]]]);
    const seen = projectPoints(placePoints(points, view), view.camera);
    const centres = coefficients.centre.arraySync() as number[][];
    const pixels = seen.arraySync();
    for (const head of [0, 1]) {
      for (const axis of [0, 1]) expect(pixels[head]![0]![axis]).toBeCloseTo(200 * centres[head]![axis]!, 2);
      const motion = { rotation: Float64Array.from(coefficients.rotations.arraySync()[head]!.flat()), translation: Float64Array.from((view.translations.arraySync() as number[][])[head]!) };
      const focal = 200 * coefficients.scale.dataSync()[head]! * coefficients.distance.dataSync()[head]!;
      const exact = projectPerspective(movePoints(points.arraySync()[head]!.flat(), motion), { focal, centre: [200 * centres[head]![0]!, 200 * centres[head]![1]!] });
      pixels[head]!.flat().forEach((value, at) => expect(value).toBeCloseTo(exact[at]!, 1));
    }
  });
});

describe('openFaceFraming', () => {
  test.each([64, 256])('the crop is the stated square, from %d pixels', (side) => {
    const at = (index: number): number => (index + 0.5) / side;
    const shares = tf.tensor(Array.from({ length: side * side }, (_, index) => [at(index % side), at(Math.floor(index / side)), 1]).flat(), [1, side, side, 3]);
    const data = fixedCrop(openFaceFraming(112), shares).dataSync();
    const { centreX, centreY, side: square } = OPEN_FACE_SQUARE;
    for (const [column, row] of [[10, 10], [56, 56], [100, 80]] as const) {
      const from = (row * 112 + column) * 3;
      expect(Math.abs(data[from]! - (centreX - square / 2) - ((column + 0.5) / 112) * square)).toBeLessThan(0.002);
      expect(Math.abs(data[from + 1]! - (centreY - square / 2) - ((row + 0.5) / 112) * square)).toBeLessThan(0.002);
    }
  });

  test('law: the crop of a mirrored image is the mirrored crop', () => {
    const framing = openFaceFraming(20);
    const image = face(3, 30, 1) as tf.Tensor4D;
    const mirrored = tf.reverse(fixedCrop(framing, tf.reverse(image, 2)), 2).dataSync();
    fixedCrop(framing, image).dataSync().forEach((value, at) => expect(mirrored[at]).toBeCloseTo(value, 4));
  });
});

describe('confidence', () => {
  test('falls with the deviation, is a half at a tenth of the distance between the eyes', () => {
    const [sure, half, none] = faceConfidences([Math.log(0.02), Math.log(0.1), Math.log(2)]) as [number, number, number];
    expect(half).toBeCloseTo(0.5, 9);
    expect(sure).toBeGreaterThan(0.9);
    expect(none).toBeLessThan(0.01);
  });

  test('a doubtful face, or one whose numbers are none, is an error that names it', () => {
    assertConfident([0.9, 0.6]);
    expect(() => assertConfident([0.9, 0.2])).toThrow(FaceError);
    expect(() => assertConfident([0.9, 0.2])).toThrow('face 1 (0.20)');
    expect(() => assertConfident(faceConfidences([Number.NaN]))).toThrow(FaceError);
  });
});

describe('modeVariances', () => {
  test('value: squares of lengths, divided by their mean; fewer modes than asked for, or none that moves, are refused', () => {
    const modes = Float32Array.of(1, 0, 0, 0, 2, 0, 0, 0, 3);
    expect(modeVariances(modes, 3, 2)).toEqual([0.4, 1.6]);
    expect(() => modeVariances(modes, 3, 4)).toThrow(InputError);
    expect(() => modeVariances(new Float32Array(6), 3, 2)).toThrow(InputError);
  });
});
