/** The smallest head that faces can be regressed on, and labelled faces in memory: shaded ellipses on which nothing depends but shape. */
import { readFileSync } from 'node:fs';
import { HEAD_GROUPS, landmarkPositions, landmarksAtVertices, morphVertices, movePoints, projectPerspective, rotationFromEuler } from '@mfim/face3d';
import type { HeadModel } from '@mfim/face3d';
import { parse } from 'yaml';
import type { FaceGeometry } from '../src/regression/face-warp.ts';
import { REGRESSION_SCHEMA } from '../src/regression/regression-config.ts';
import type { RegressionConfig } from '../src/regression/regression-config.ts';
import { randomStream } from '../src/pretraining/random-stream.ts';
import type { LabelledFace, LabelledFaces } from '../src/regression/labelled-faces.ts';

const EXAMPLE = new URL('../configs/open-face3d.yaml', import.meta.url);
export const SIDE = 40;
const VERTICES = 72;
const LANDMARKS = 68;

/** Random points in a head's place, three identity modes, two expressions. */
export function smallHead(): HeadModel {
  const random = randomStream(3);
  const numbers = (count: number, spread: number): Float32Array => Float32Array.from({ length: count }, () => spread * random.normal());
  const mean = numbers(VERTICES * 3, 3);
  for (let vertex = 0; vertex < VERTICES; vertex += 1) mean[vertex * 3 + 2]! += 8;
  // The outer corners of the eyes.
  mean.set([-4.5, 3, 8], 36 * 3);
  mean.set([4.5, 3, 8], 45 * 3);
  const triangles = Int32Array.from({ length: VERTICES }, (_, corner) => corner);
  return {
    basis: {
      name: 'small',
      mean,
      identity: numbers(3 * VERTICES * 3, 0.3),
      expression: numbers(2 * VERTICES * 3, 0.3),
      triangles,
      landmarks: landmarksAtVertices(Array.from({ length: LANDMARKS }, (_, index) => index)),
      millimetresPerUnit: 10,
    },
    triangleGroups: new Uint8Array(triangles.length / 3).fill(HEAD_GROUPS.indexOf('face')),
    cornerUv: new Float32Array(triangles.length * 2),
    expressionNames: ['jawOpen', 'mouthSmile'],
  };
}

export function smallRegression(changes: Partial<RegressionConfig> = {}): RegressionConfig {
  const example = REGRESSION_SCHEMA.parse(parse(readFileSync(EXAMPLE, 'utf8')));
  return {
    ...example,
    engine: 'cpu',
    points: 20,
    network: { input: 32, width: 1 / 8, identity: 2 },
    batch: 4,
    augmentation: { ...example.augmentation, mirrored: 0 },
    snapshot: { rows: 1, columns: 2, measured: 3 },
    steps: 20,
    optimiser: { ...example.optimiser, warmUp: 2 },
    ...changes,
  };
}

type Placed = Pick<FaceGeometry, 'identity' | 'expression' | 'rotation' | 'translation' | 'focal' | 'centre'>;

function landmarksOf({ basis }: HeadModel, { identity, expression, rotation, translation, focal, centre }: Placed): number[] {
  const points = landmarkPositions(morphVertices(basis, { identity, expression }), basis.landmarks);
  return [...projectPerspective(movePoints(points, { rotation: Float64Array.from(rotation), translation }), { focal, centre: [centre[0]!, centre[1]!] })];
}

/** Faces of one dataset whose pixels are a disc that the yaw moves. */
export function smallFaces(head: HeadModel, count = 10): LabelledFaces {
  const random = randomStream(5);
  const faces: LabelledFace[] = [];
  const pixels: Uint8Array[] = [];
  const dataset = {
    size: SIDE,
    count,
    index: { size: SIDE, images: [] } as never,
    numbersOf: () => [],
    read: async (numbers: readonly number[]) => Uint8Array.from(numbers.flatMap((number) => [...pixels[number]!])),
    checkLength: async () => undefined,
    close: async () => undefined,
  };
  for (let number = 0; number < count; number += 1) {
    const yaw = 0.3 * random.normal();
    const [distance, scale] = [80, SIDE / 25];
    const rotation = [...rotationFromEuler('deep3d', { pitch: 0, yaw, roll: 0 })];
    const turned = [0, 1, 2].map((row) => rotation[row * 3 + 1]! * 2.7 + rotation[row * 3 + 2]! * 8);
    const translation = [-turned[0]!, -turned[1]!, -distance - turned[2]!];
    pixels.push(Uint8Array.from({ length: SIDE * SIDE * 3 }, (_, at) => {
      const [x, y] = [(Math.floor(at / 3) % SIDE) - SIDE / 2 - 20 * yaw, Math.floor(at / 3 / SIDE) - SIDE / 2];
      return x * x + y * y < 120 ? 200 : 40;
    }));
    const labels = { number, identity: [random.normal(), random.normal(), random.normal()], expression: [random.uniform(), random.uniform()], rotation, translation, focal: scale * distance, centre: [SIDE / 2, SIDE / 2] };
    faces.push({ dataset, exact: number % 2 === 0, labels: { ...labels, landmarks: landmarksOf(head, labels) } });
  }
  return { training: faces, heldOut: faces.slice(0, 3), close: async () => undefined };
}
