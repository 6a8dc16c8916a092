/**
 * How much of the surroundings each vertex of a mesh sees, 0 to 1: the share of directions on its side from which it is not
 * hidden, each direction by one parallel view with a z-buffer.
 */
import { emptyFrame, rasterise } from '../render/rasterise.ts';

const SIZE = 192;
/** A vertex this much (in lengths of the mesh) behind what is seen still counts as seen. */
const BIAS = 0.25;
const GOLDEN_ANGLE = Math.PI * (3 - Math.sqrt(5));

/** Directions all over the sphere (Fibonacci's spiral). */
function directions(count: number): readonly (readonly [number, number, number])[] {
  return Array.from({ length: count }, (_, index) => {
    const y = 1 - (2 * index + 1) / count;
    const radius = Math.sqrt(1 - y * y);
    return [radius * Math.cos(GOLDEN_ANGLE * index), y, radius * Math.sin(GOLDEN_ANGLE * index)] as const;
  });
}

/** Two axes across a direction. */
function across([x, y, z]: readonly [number, number, number]): readonly [readonly [number, number, number], readonly [number, number, number]] {
  const flat = Math.hypot(x, z);
  const right = flat > 1e-6 ? ([z / flat, 0, -x / flat] as const) : ([1, 0, 0] as const);
  return [right, [y * right[2] - z * right[1], z * right[0] - x * right[2], x * right[1] - y * right[0]]];
}

/** The mesh as seen from far away in a direction, over the whole frame. */
export function viewFrom(vertices: ArrayLike<number>, towards: readonly [number, number, number], size: number): Float64Array {
  const points = new Float64Array(vertices.length);
  const [[rx, ry, rz], [ux, uy, uz]] = across(towards);
  const [tx, ty, tz] = towards;
  const box = [Infinity, -Infinity, Infinity, -Infinity];
  for (let at = 0; at < vertices.length; at += 3) {
    const x = vertices[at]!;
    const y = vertices[at + 1]!;
    const z = vertices[at + 2]!;
    const right = x * rx + y * ry + z * rz;
    const down = -(x * ux + y * uy + z * uz);
    points[at] = right;
    points[at + 1] = down;
    points[at + 2] = x * tx + y * ty + z * tz;
    if (right < box[0]!) box[0] = right;
    if (right > box[1]!) box[1] = right;
    if (down < box[2]!) box[2] = down;
    if (down > box[3]!) box[3] = down;
  }
  const scale = (size - 2) / Math.max(box[1]! - box[0]!, box[3]! - box[2]!);
  for (let at = 0; at < vertices.length; at += 3) {
    points[at] = 1 + (points[at]! - box[0]!) * scale;
    points[at + 1] = 1 + (points[at + 1]! - box[2]!) * scale;
  }
  return points;
}

/** A mesh with its normals, both [vertices, 3]. */
export interface ShadedMesh {
  readonly vertices: ArrayLike<number>;
  readonly normals: ArrayLike<number>;
  readonly triangles: Int32Array;
}

/** @param count of directions, such as 40 */
export function ambientVisibility({ vertices, normals, triangles }: ShadedMesh, count: number): Float32Array {
  const seen = new Float32Array(vertices.length / 3);
  const total = new Float32Array(vertices.length / 3);
  for (const direction of directions(count)) {
    const points = viewFrom(vertices, direction, SIZE);
    const frame = emptyFrame(SIZE, SIZE);
    rasterise(frame, { points, triangles, perspective: false });
    for (let vertex = 0; vertex < seen.length; vertex += 1) {
      const at = vertex * 3;
      const facing = normals[at]! * direction[0] + normals[at + 1]! * direction[1] + normals[at + 2]! * direction[2];
      if (facing <= 0) continue;
      const pixel = Math.floor(points[at + 1]!) * SIZE + Math.floor(points[at]!);
      total[vertex]! += facing;
      if (points[at + 2]! > frame.nearness[pixel]! - BIAS * (2 - facing)) seen[vertex]! += facing;
    }
  }
  return seen.map((value, vertex) => (total[vertex]! > 0 ? value / total[vertex]! : 0));
}
