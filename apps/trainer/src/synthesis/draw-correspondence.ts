/** A picture to judge a correspondence by: its vertices on the mean head, and on rendered heads beside where the network put them. */
import { emptyFrame, rasterise, vertexNormals } from '@mfim/face3d';
import type { HeadModel } from '@mfim/face3d';
import sharp from 'sharp';
import { projectVertices } from './mesh-correspondence.ts';
import type { MeshCorrespondence, MeshSighting } from './mesh-correspondence.ts';

/** A head that was seen, and its picture. */
export interface ShownSighting {
  readonly sighting: MeshSighting;
  /** [size, size, 3] bytes. */
  readonly pixels: Uint8Array;
}

type Colour = readonly [number, number, number];

const SIDE = 576;
/** Pixels for a centimetre of the mean head, whose middle is 3 centimetres up. */
const SCALE = 25;
const MIDDLE = 3;
const FOUND: Colour = [255, 70, 60];
const VERTEX: Colour = [60, 255, 120];

function dot(picture: Uint8Array, [x, y]: readonly [number, number], colour: Colour): void {
  for (const [across, down] of [[0, 0], [1, 0], [0, 1], [1, 1]] as const) {
    const [column, row] = [Math.round(x) + across, Math.round(y) + down];
    if (column >= 0 && row >= 0 && column < SIDE && row < SIDE) picture.set(colour, (row * SIDE + column) * 3);
  }
}

/** The mean head in grey, from the front, with the vertices on it. */
function drawMean({ basis }: HeadModel, { vertices }: MeshCorrespondence): Uint8Array {
  const points = Float64Array.from(basis.mean, (value, at) => (at % 3 === 0 ? SIDE / 2 + SCALE * value : at % 3 === 1 ? SIDE / 2 - SCALE * (value - MIDDLE) : value));
  const frame = emptyFrame(SIDE, SIDE);
  rasterise(frame, { points, triangles: basis.triangles, perspective: false });
  const normals = vertexNormals(basis.mean, basis.triangles);
  const picture = new Uint8Array(SIDE * SIDE * 3);
  frame.triangle.forEach((triangle, pixel) => {
    if (triangle >= 0) picture.fill(60 + 150 * Math.max(0, normals[basis.triangles[triangle * 3]! * 3 + 2]!), pixel * 3, pixel * 3 + 3);
  });
  for (const vertex of vertices) dot(picture, [points[vertex * 3]!, points[vertex * 3 + 1]!], VERTEX);
  return picture;
}

async function drawSighting(model: HeadModel, { vertices }: MeshCorrespondence, { sighting, pixels }: ShownSighting): Promise<Uint8Array> {
  const size = Math.sqrt(pixels.length / 3);
  const picture = new Uint8Array(await sharp(pixels, { raw: { width: size, height: size, channels: 3 } }).resize(SIDE, SIDE).raw().toBuffer());
  const mark = (points: Float64Array, colour: Colour): void => {
    for (let at = 0; at < points.length; at += 2) dot(picture, [(points[at]! * SIDE) / size, (points[at + 1]! * SIDE) / size], colour);
  };
  mark(sighting.found, FOUND);
  mark(projectVertices(model, sighting.labels, vertices), VERTEX);
  return picture;
}

/** @returns bytes of a PNG file: green the vertices, red where the network put the points */
export async function drawCorrespondence(model: HeadModel, correspondence: MeshCorrespondence, shown: readonly ShownSighting[]): Promise<Uint8Array> {
  const tiles = [drawMean(model, correspondence), ...(await Promise.all(shown.map((each) => drawSighting(model, correspondence, each))))];
  const width = SIDE * tiles.length;
  const sheet = new Uint8Array(width * SIDE * 3);
  tiles.forEach((tile, place) => {
    for (let row = 0; row < SIDE; row += 1) sheet.set(tile.subarray(row * SIDE * 3, (row + 1) * SIDE * 3), (row * width + place * SIDE) * 3);
  });
  return new Uint8Array(await sharp(sheet, { raw: { width, height: SIDE, channels: 3 } }).png().toBuffer());
}
