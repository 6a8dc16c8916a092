/**
 * The mesh that is rendered, made once from a head model: its visible parts, shells of hair over the scalp, a curtain of
 * long hair, and a torso. Extra vertices follow an anchor vertex of the model: where that moves, they move.
 */
import type { HeadModel } from '../model/head-model.ts';
import { HEAD_GROUPS } from '../model/head-model.ts';
import { vertexNormals } from '../mesh/vertex-normals.ts';
import { ambientVisibility } from './ambient-visibility.ts';
import { curtainPatch, hairShells, torsoPatch } from './extra-meshes.ts';
import type { ExtraMesh } from './extra-meshes.ts';

/** What a triangle is shaded as. */
export const MATERIALS = ['skin', 'mouth', 'teeth', 'eye', 'lash', 'cloth', 'hair', 'curtain'] as const;

/** One of them. */
export type Material = (typeof MATERIALS)[number];

/** A head ready to be rendered many times. */
export interface PreparedHead {
  readonly model: HeadModel;
  /** All triangles, solid ones first, then lashes, hair, curtain. */
  readonly triangles: Int32Array;
  /** Index into MATERIALS of each triangle. */
  readonly materials: Uint8Array;
  /** First triangle of lashes, of hair, of the curtain. */
  readonly starts: { readonly lashes: number; readonly hair: number; readonly curtain: number };
  /** [vertices + extra, 3], on the mean head. */
  readonly rest: Float32Array;
  readonly visibility: Float32Array;
  readonly extra: ExtraMesh;
  /** [triangles of the model kept, 3, 2], for lashes. */
  readonly cornerUv: Float32Array;
  /** Middle and height of each eyeball: [x, y, z], left and right. */
  readonly eyes: readonly (readonly [number, number, number])[];
}

const DIRECTIONS = 48;
/** Parts of the mean head's back that are inside: sockets of mouth and eyes. */
const insideMouth = (x: number, y: number, z: number): boolean => Math.abs(x) < 3.6 && y < -0.4 && y > -6 && z > 0.5;
const insideEye = (y: number, z: number): boolean => y > 2 && y < 5.1 && z > 6.4;

function materialOf(model: HeadModel, triangle: number): Material | undefined {
  const { mean, triangles } = model.basis;
  const vertex = triangles[triangle * 3]! * 3;
  const [x, y, z] = [mean[vertex]!, mean[vertex + 1]!, mean[vertex + 2]!];
  switch (HEAD_GROUPS[model.triangleGroups[triangle]!]) {
    case 'face':
      return 'skin';
    case 'back-head':
      return insideMouth(x, y, z) ? 'mouth' : insideEye(y, z) ? undefined : 'skin';
    case 'gums-and-tongue':
      return 'mouth';
    case 'teeth':
      return 'teeth';
    case 'left-sclera':
    case 'right-sclera':
      return 'eye';
    case 'lashes':
      return 'lash';
    default:
      return undefined;
  }
}

/** The model's triangles by material, solid ones first; and their texture coordinates. */
function visibleParts(model: HeadModel): { triangles: number[]; materials: number[]; cornerUv: number[]; lashes: number } {
  const parts = { triangles: [] as number[], materials: [] as number[], cornerUv: [] as number[], lashes: 0 };
  for (const wanted of MATERIALS) {
    if (wanted === 'lash') parts.lashes = parts.materials.length;
    for (let triangle = 0; triangle < model.triangleGroups.length; triangle += 1) {
      if (materialOf(model, triangle) !== wanted) continue;
      parts.triangles.push(...model.basis.triangles.subarray(triangle * 3, triangle * 3 + 3));
      parts.cornerUv.push(...model.cornerUv.subarray(triangle * 6, triangle * 6 + 6));
      parts.materials.push(MATERIALS.indexOf(wanted));
    }
  }
  return parts;
}

/** The middle of each eyeball, from the box of its vertices. */
function eyeCentres(model: HeadModel): readonly (readonly [number, number, number])[] {
  return ['left-sclera', 'right-sclera'].map((name) => {
    const low = [Infinity, Infinity, Infinity];
    const high = [-Infinity, -Infinity, -Infinity];
    model.triangleGroups.forEach((group, triangle) => {
      if (HEAD_GROUPS[group] !== name) return;
      for (const vertex of model.basis.triangles.subarray(triangle * 3, triangle * 3 + 3)) {
        for (let axis = 0; axis < 3; axis += 1) {
          low[axis] = Math.min(low[axis]!, model.basis.mean[vertex * 3 + axis]!);
          high[axis] = Math.max(high[axis]!, model.basis.mean[vertex * 3 + axis]!);
        }
      }
    });
    return [0, 1, 2].map((axis) => (low[axis]! + high[axis]!) / 2) as unknown as readonly [number, number, number];
  });
}

const kinds = (mesh: ExtraMesh, material: Material): number[] => Array.from({ length: mesh.triangles.length / 3 }, () => MATERIALS.indexOf(material));

/** Prepares a head; about half a second of work. */
export function prepareHead(model: HeadModel): PreparedHead {
  const { mean } = model.basis;
  const parts = visibleParts(model);
  const kept = Int32Array.from(parts.triangles);
  const normals = vertexNormals(mean, kept);
  const visibility = ambientVisibility({ vertices: mean, normals, triangles: kept.subarray(0, parts.lashes * 3) }, DIRECTIONS);
  const scalp = { mean, normals, triangles: kept.subarray(0, parts.lashes * 3), firstExtra: mean.length / 3 };
  const torso = torsoPatch(scalp);
  const shells = hairShells({ ...scalp, firstExtra: scalp.firstExtra + torso.anchors.length });
  const curtain = curtainPatch({ ...scalp, firstExtra: scalp.firstExtra + torso.anchors.length + shells.anchors.length });
  const solid = parts.lashes * 3;
  const lashes = parts.lashes + torso.triangles.length / 3;
  const hair = lashes + (kept.length - solid) / 3;
  const list = <T>(pick: (mesh: ExtraMesh) => ArrayLike<T>): T[] => [torso, shells, curtain].flatMap((mesh) => Array.from(pick(mesh)));
  return {
    model,
    triangles: Int32Array.from([...kept.subarray(0, solid), ...torso.triangles, ...kept.subarray(solid), ...shells.triangles, ...curtain.triangles]),
    materials: Uint8Array.from([...parts.materials.slice(0, parts.lashes), ...kinds(torso, 'cloth'), ...parts.materials.slice(parts.lashes), ...kinds(shells, 'hair'), ...kinds(curtain, 'curtain')]),
    starts: { lashes, hair, curtain: hair + shells.triangles.length / 3 },
    rest: Float32Array.from([...mean, ...list((mesh) => mesh.rest)]),
    visibility: Float32Array.from([...visibility, ...list((mesh) => mesh.visibility)]),
    extra: { anchors: Int32Array.from(list((mesh) => mesh.anchors)), lifts: Float32Array.from(list((mesh) => mesh.lifts)), levels: Float32Array.from(list((mesh) => mesh.levels)), rest: new Float32Array(), visibility: new Float32Array(), triangles: new Int32Array() },
    cornerUv: Float32Array.from(parts.cornerUv.slice(parts.lashes * 6)),
    eyes: eyeCentres(model),
  };
}
