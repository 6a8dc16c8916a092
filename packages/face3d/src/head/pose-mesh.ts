/** The vertices of a prepared head for one scene: morphed, with hair and torso that follow, in camera axes and on the picture. */
import { movePoints } from '../camera/rigid-motion.ts';
import { morphVertices } from '../mesh/morph-vertices.ts';
import { vertexNormals } from '../mesh/vertex-normals.ts';
import { valueNoise } from '../render/value-noise.ts';
import type { HeadScene } from './head-scene.ts';
import type { PreparedHead } from './prepared-head.ts';
import type { Place } from './scalp.ts';

/** A head in front of the camera. */
export interface PosedMesh {
  /** [vertices of the model, 3], in the model's axes: what the labels speak of. */
  readonly morphed: Float64Array;
  /** [all vertices, 3], camera axes. */
  readonly placed: Float64Array;
  readonly normals: Float64Array;
  /** [all vertices, 3]: picture x, y, and 1 / depth (0 behind the camera). */
  readonly projected: Float64Array;
}

/** Hair is not even: locks stand off more or less. */
const lockNoise = ([x, y, z]: Place, curl: number): number =>
  1 + 0.3 * valueNoise(x * 0.6, y * 0.6, z * 0.6) + (0.15 + 0.3 * curl) * valueNoise(x * 1.6, y * 1.6, z * 1.6);

function withExtras({ rest, extra, model }: PreparedHead, morphed: Float64Array, { hair, seed }: HeadScene): Float64Array {
  const normals = vertexNormals(morphed, model.basis.triangles);
  const all = new Float64Array(rest.length);
  all.set(morphed);
  const count = morphed.length / 3;
  extra.anchors.forEach((anchor, index) => {
    const at = (count + index) * 3;
    const [x, y, z] = [rest[at]!, rest[at + 1]!, rest[at + 2]!];
    const lift = extra.lifts[index]! * hair.volume * (extra.lifts[index]! > 0 ? lockNoise([x + seed, y, z], hair.curl) : 1);
    for (let axis = 0; axis < 3; axis += 1) {
      all[at + axis] = rest[at + axis]! + morphed[anchor * 3 + axis]! - rest[anchor * 3 + axis]! + lift * normals[anchor * 3 + axis]!;
    }
  });
  return all;
}

/** Poses the head of a scene. */
export function poseMesh(head: PreparedHead, scene: HeadScene): PosedMesh {
  const { triangles, starts, model } = head;
  const morphed = morphVertices(model.basis, scene.shape);
  const placed = movePoints(withExtras(head, morphed, scene), scene.motion);
  const normals = vertexNormals(placed, scene.hair.hangsTo === undefined ? triangles.subarray(0, starts.curtain * 3) : triangles);
  const { focal, centre } = scene.camera;
  const projected = new Float64Array(placed.length);
  for (let at = 0; at < placed.length; at += 3) {
    const nearness = -1 / placed[at + 2]!;
    if (!(nearness > 0)) continue;
    projected[at] = centre[0] + focal * placed[at]! * nearness;
    projected[at + 1] = centre[1] - focal * placed[at + 1]! * nearness;
    projected[at + 2] = nearness;
  }
  return { morphed, placed, normals, projected };
}
