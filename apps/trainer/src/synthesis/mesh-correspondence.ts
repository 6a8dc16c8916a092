/**
 * Which vertex of a head model is which point of a face network's mesh: rendered heads are shown to the network, and a point's vertex
 * is the one that lies nearest to where the network puts the point, over all heads (squared distances, cut off, so that a head
 * on which it failed counts little). Nobody places points by hand: the result is what the network means on this model.
 */
import { HEAD_GROUPS, morphVertices, movePoints, projectPerspective } from '@mfim/face3d';
import type { HeadModel } from '@mfim/face3d';
import { InputError } from '@mfim/tensor-contracts';
import type { FaceLabels } from './face-labels.ts';

/** A rendered head, and the mesh that was found on it. */
export interface MeshSighting {
  readonly labels: FaceLabels;
  /** [points, 2], pixels. */
  readonly found: Float64Array;
}

/** For each point of the mesh. */
export interface MeshCorrespondence {
  readonly vertices: Int32Array;
  /** Root mean square distance (cut off) between vertex and point, in shares of the mesh's span. */
  readonly misses: Float64Array;
}

/** Distances are cut off here, in shares of the mesh's span. */
const CUT_OFF = 0.15;
/** Sightings below it are too few to tell neighbours apart. */
const LEAST_SIGHTINGS = 8;

/** Vertices of the skin of the face. */
function skinVertices({ basis, triangleGroups }: HeadModel): Int32Array {
  const face = HEAD_GROUPS.indexOf('face');
  const found = new Set<number>();
  triangleGroups.forEach((group, triangle) => {
    if (group === face) for (const vertex of basis.triangles.subarray(triangle * 3, triangle * 3 + 3)) found.add(vertex);
  });
  return Int32Array.from(found).toSorted();
}

/** The foremost vertex of an eyeball of the mean head: the middle of its pupil. */
export function pupilVertex({ basis, triangleGroups }: HeadModel, side: 'left' | 'right'): number {
  const group = HEAD_GROUPS.indexOf(`${side}-sclera`);
  let foremost = -1;
  for (let at = 0; at < basis.triangles.length; at += 1) {
    const vertex = basis.triangles[at]!;
    if (triangleGroups[(at / 3) | 0] === group && (foremost < 0 || basis.mean[vertex * 3 + 2]! > basis.mean[foremost * 3 + 2]!)) foremost = vertex;
  }
  return foremost;
}

/** Places of some vertices of a labelled head in its picture, [vertices, 2]. */
export function projectVertices({ basis }: HeadModel, labels: FaceLabels, vertices: Int32Array): Float64Array {
  const { identity, expression, rotation, translation, focal, centre } = labels;
  const morphed = morphVertices(basis, { identity, expression });
  const chosen = Float64Array.from({ length: vertices.length * 3 }, (_, at) => morphed[vertices[(at / 3) | 0]! * 3 + (at % 3)]!);
  const placed = movePoints(chosen, { rotation: Float64Array.from(rotation), translation });
  return projectPerspective(placed, { focal, centre: [centre[0]!, centre[1]!] });
}

/** Root mean square distance of points from their middle. */
export function meshSpan(points: ArrayLike<number>): number {
  const count = points.length / 2;
  const mean = [0, 0];
  for (let at = 0; at < points.length; at += 1) mean[at % 2]! += points[at]! / count;
  let sum = 0;
  for (let at = 0; at < points.length; at += 1) sum += (points[at]! - mean[at % 2]!) ** 2 / count;
  return Math.sqrt(sum);
}

/** Adds a sighting's cut-off squared distances to `sums`, [points, candidates]. */
function addDistances(sums: Float64Array, found: Float64Array, projected: Float64Array): void {
  const candidates = projected.length / 2;
  const scale = 1 / meshSpan(found) ** 2;
  const most = CUT_OFF ** 2;
  for (let point = 0; point * 2 < found.length; point += 1) {
    const x = found[point * 2]!;
    const y = found[point * 2 + 1]!;
    for (let candidate = 0, at = point * candidates; candidate < candidates; candidate += 1, at += 1) {
      const across = projected[candidate * 2]! - x;
      const down = projected[candidate * 2 + 1]! - y;
      const distance = (across * across + down * down) * scale;
      sums[at]! += distance < most ? distance : most;
    }
  }
}

/**
 * @param sightings heads turned by less than about 45 degrees, of different people with different expressions
 * @throws InputError when there are fewer than 8
 */
export function meshCorrespondence(model: HeadModel, sightings: readonly MeshSighting[]): MeshCorrespondence {
  if (sightings.length < LEAST_SIGHTINGS) {
    throw new InputError({ where: 'meshCorrespondence', expected: `${LEAST_SIGHTINGS} heads or more`, got: `${sightings.length}`, remedy: 'render more' });
  }
  const candidates = skinVertices(model);
  const points = sightings[0]!.found.length / 2;
  const sums = new Float64Array(points * candidates.length);
  for (const { labels, found } of sightings) addDistances(sums, found, projectVertices(model, labels, candidates));
  const vertices = new Int32Array(points);
  const misses = new Float64Array(points);
  for (let point = 0; point < points; point += 1) {
    const row = sums.subarray(point * candidates.length, (point + 1) * candidates.length);
    const least = row.reduce((best, value, candidate) => (value < row[best]! ? candidate : best), 0);
    vertices[point] = candidates[least]!;
    misses[point] = Math.sqrt(row[least]! / sightings.length);
  }
  return { vertices, misses };
}
