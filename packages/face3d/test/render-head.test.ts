import { InputError } from '@mfim/tensor-contracts';
import { describe, expect, test } from 'vitest';
import { HEAD_GROUPS, drawHeadScene, ictHeadModel, landmarkPositions, morphVertices, movePoints, prepareHead, projectPerspective, renderHead } from '../src/index.ts';
import type { HeadModel } from '../src/index.ts';
import { randomSource, sphereBasis } from './small-head.ts';

const basis = sphereBasis();
const model: HeadModel = {
  basis,
  triangleGroups: new Uint8Array(basis.triangles.length / 3).fill(HEAD_GROUPS.indexOf('face')),
  cornerUv: new Float32Array(basis.triangles.length * 2),
  expressionNames: ['jawOpen', 'browDown_L', 'browDown_R'],
};
const head = prepareHead(model);
const SIZE = 32;
const render = (seed: number) => {
  const random = randomSource(seed);
  const scene = drawHeadScene(model, SIZE, random);
  return { scene, ...renderHead(head, scene, { size: SIZE, random }) };
};

describe('renderHead', () => {
  test('law: the same scene gives the same bytes, another seed others', () => {
    const [first, again, other] = [render(3), render(3), render(4)];
    expect(first.image.data).toEqual(again.image.data);
    expect(first.image.data).not.toEqual(other.image.data);
    expect(first.image.data).toHaveLength(SIZE * SIZE * 3);
  });

  test("value: the landmarks are those of the scene's shape, pose and camera", () => {
    const { scene, landmarks } = render(5);
    const vertices = morphVertices(basis, scene.shape);
    const expected = projectPerspective(movePoints(landmarkPositions(vertices, basis.landmarks), scene.motion), scene.camera);
    landmarks.forEach((value, at) => expect(value).toBeCloseTo(expected[at]!, 9));
  });

  test('value: pixels of the head depend on its skin, those beside it do not', () => {
    const random = randomSource(8);
    const scene = { ...drawHeadScene(model, SIZE, random), hair: { colour: [0, 0, 0], volume: 0, recession: 0, curl: 0, hangsTo: undefined } } as const;
    const photo = { ...scene.photo, noise: 0, blur: 0 };
    const paint = (tone: readonly [number, number, number]) => renderHead(head, { ...scene, photo, skin: { ...scene.skin, tone } }, { size: SIZE, random: randomSource(1) }).image.data;
    const [light, dark] = [paint([0.9, 0.8, 0.7]), paint([0.1, 0.08, 0.06])];
    const centre = (SIZE * (SIZE / 2) + SIZE / 2) * 3;
    expect(light[centre]! - dark[centre]!).toBeGreaterThan(30);
    expect(light.slice(0, 3)).toEqual(dark.slice(0, 3));
  });

  test('error: sizes that are none, a head behind the camera', () => {
    const random = randomSource(2);
    const scene = drawHeadScene(model, SIZE, random);
    for (const size of [0, 1.5, 1e6, Number.NaN]) expect(() => renderHead(head, scene, { size, random })).toThrow(InputError);
    const behind = { ...scene, motion: { ...scene.motion, translation: [0, 0, 50] } };
    expect(() => renderHead(head, behind, { size: SIZE, random })).toThrow(InputError);
  });
});

describe('ictHeadModel', () => {
  const arrays = {
    neutral: new Float32Array(12),
    identity: new Float32Array(24),
    expression: new Float32Array(12),
    faces: [0, 1, 2, 3, 0, 1, 2, -1],
    faceUv: [0, 1, 2, 3, 0, 1, 2, -1],
    uv: new Float32Array(8),
    faceGroups: [4, 0],
    expressionNames: ['jawOpen'],
    landmarks: Array.from({ length: 68 }, (_, index) => index % 4),
  };

  test('value: a quad becomes two triangles of its group', () => {
    const { basis: made, triangleGroups } = ictHeadModel(arrays);
    expect([...made.triangles]).toEqual([0, 1, 2, 0, 2, 3, 0, 1, 2]);
    expect([...triangleGroups]).toEqual([4, 4, 0]);
  });

  test('error: arrays that do not fit together', () => {
    const wrong = [{ neutral: new Float32Array(11) }, { identity: new Float32Array(5) }, { expressionNames: [] }, { faces: [0, 1, 2, 9, 0, 1, 2, -1] }, { faceGroups: [4, 77] }, { landmarks: [1] }];
    for (const part of wrong) expect(() => ictHeadModel({ ...arrays, ...part })).toThrow(InputError);
  });
});
