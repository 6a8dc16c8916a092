/** Meshes that a head model lacks: shells of hair over the scalp, a curtain of long hair, a torso. Centimetres, mean head. */
import { hairAt } from './scalp.ts';

/** A mesh whose vertices follow vertices of the model. */
export interface ExtraMesh {
  /** The model's vertex that each follows. */
  readonly anchors: Int32Array;
  /** How far along the anchor's normal, as a share of the hair's volume. */
  readonly lifts: Float32Array;
  /** 0 at the roots to 1 at the ends (hair), down the curtain. */
  readonly levels: Float32Array;
  /** [vertices, 3], at rest, without the lift. */
  readonly rest: Float32Array;
  readonly visibility: Float32Array;
  /** Over the vertices of everything. */
  readonly triangles: Int32Array;
}

/** What the extra meshes are made from. */
export interface Scalp {
  readonly mean: Float32Array;
  readonly normals: Float64Array;
  readonly triangles: Int32Array;
  /** Index of the first vertex that is made. */
  readonly firstExtra: number;
}

const SHELLS = 14;
/** Hair at the roots sees this much of the surroundings; at the ends all. */
const ROOT_VISIBILITY = 0.35;

/** How high hair may stand: most on top, little at temples and nape. */
function volumeAt(y: number, z: number): number {
  const top = Math.min(1, Math.max(0, (y - 3) / 8));
  return (0.3 + 0.7 * top) * (z < -4 ? 0.9 : 1);
}

/** Copies of the scalp, the outermost first: what it hides need not be looked at. */
export function hairShells({ mean, normals, triangles, firstExtra }: Scalp): ExtraMesh {
  const scalp = (vertex: number): boolean => hairAt([mean[vertex * 3]!, mean[vertex * 3 + 1]!, mean[vertex * 3 + 2]!], 0) > 0;
  const faces: number[] = [];
  for (let at = 0; at < triangles.length; at += 3) {
    const corners = [triangles[at]!, triangles[at + 1]!, triangles[at + 2]!];
    if (corners.every(scalp) && mean[corners[0]! * 3 + 1]! > -6 && outside(mean, normals, corners[0]!)) faces.push(...corners);
  }
  const roots = [...new Set(faces)];
  const places = new Map(roots.map((vertex, place) => [vertex, place]));
  const each = <T>(make: (vertex: number, level: number) => readonly T[]): T[] =>
    Array.from({ length: SHELLS }, (_, shell) => 1 - shell / SHELLS).flatMap((level) => roots.flatMap((vertex) => make(vertex, level)));
  const levels = each((_, level) => [level]);
  return {
    anchors: Int32Array.from(each((vertex) => [vertex])),
    lifts: Float32Array.from(each((vertex, level) => [level * volumeAt(mean[vertex * 3 + 1]!, mean[vertex * 3 + 2]!)])),
    levels: Float32Array.from(levels),
    rest: Float32Array.from(each((vertex) => [...mean.subarray(vertex * 3, vertex * 3 + 3)])),
    visibility: Float32Array.from(levels, (level) => ROOT_VISIBILITY + (1 - ROOT_VISIBILITY) * level),
    triangles: Int32Array.from(Array.from({ length: SHELLS }).flatMap((_, shell) => faces.map((vertex) => firstExtra + shell * roots.length + places.get(vertex)!))),
  };
}

/** Not one of the sockets inside the head. */
function outside(mean: Float32Array, normals: Float64Array, vertex: number): boolean {
  const at = vertex * 3;
  return mean[at]! * normals[at]! + (mean[at + 1]! - 4) * normals[at + 1]! + mean[at + 2]! * normals[at + 2]! > 0;
}

/** Anchors are looked for among every so many vertices. */
const STRIDE = 7;

/** About the nearest vertex of the model to a place. */
function nearest(mean: Float32Array, place: readonly number[]): number {
  let best = 0;
  let least = Infinity;
  for (let at = 0; at < mean.length; at += 3 * STRIDE) {
    const distance = (mean[at]! - place[0]!) ** 2 + (mean[at + 1]! - place[1]!) ** 2 + (mean[at + 2]! - place[2]!) ** 2;
    if (distance < least) [best, least] = [at / 3, distance];
  }
  return best;
}

interface Patch {
  readonly columns: number;
  readonly rows: number;
  /** The place at shares of both sides. */
  readonly at: (across: number, down: number) => readonly [number, number, number];
  readonly visibility: (down: number) => number;
  /** Whose vertex a place follows. */
  readonly follow: (place: readonly number[]) => readonly number[];
}

function patchMesh({ mean, firstExtra }: Scalp, patch: Patch): ExtraMesh {
  const { columns, rows } = patch;
  const places = Array.from({ length: (columns + 1) * (rows + 1) }, (_, index) => {
    const [column, row] = [index % (columns + 1), Math.floor(index / (columns + 1))];
    return { place: patch.at(column / columns, row / rows), down: row / rows };
  });
  const triangles = Array.from({ length: columns * rows }, (_, index) => {
    const corner = firstExtra + Math.floor(index / columns) * (columns + 1) + (index % columns);
    return [corner, corner + columns + 1, corner + 1, corner + 1, corner + columns + 1, corner + columns + 2];
  });
  return {
    anchors: Int32Array.from(places, ({ place }) => nearest(mean, patch.follow(place))),
    lifts: new Float32Array(places.length),
    levels: Float32Array.from(places, ({ down }) => down),
    rest: Float32Array.from(places.flatMap(({ place }) => place)),
    visibility: Float32Array.from(places, ({ down }) => patch.visibility(down)),
    triangles: Int32Array.from(triangles.flat()),
  };
}

const CURTAIN = { columns: 72, rows: 26, top: 11, length: 34, opening: 0.5 } as const;

/** Long hair from over the ears round the back of the head, as far as it may ever hang. */
export function curtainPatch(scalp: Scalp): ExtraMesh {
  const { columns, rows, top, length, opening } = CURTAIN;
  return patchMesh(scalp, {
    columns,
    rows,
    at: (across, down) => {
      const angle = Math.PI * (opening + (2 - 2 * opening) * across);
      const y = top - length * down;
      // It follows the head to the ears, then hangs, and spreads over the shoulders.
      const rise = Math.min(1, Math.max(0, (y - 4) / 10));
      const widen = Math.max(0, -8 - y) * 0.12;
      const bulge = Math.sqrt(1 - 0.75 * rise * rise);
      const overEar = 1.1 * Math.exp(-(((y - 2) / 5) ** 2)) * Math.abs(Math.sin(angle));
      return [Math.sin(angle) * (8.5 + widen + overEar) * bulge, y, -0.8 + Math.cos(angle) * (8.9 + widen * 0.4) * bulge];
    },
    visibility: (down) => 0.9 - 0.25 * down,
    follow: ([x, y, z]) => [x!, Math.max(2, y!), z!],
  });
}

const TORSO = { columns: 48, rows: 14, top: -13.4 } as const;

/** Shoulders in a garment, round the model's bust, down to below every picture. */
export function torsoPatch(scalp: Scalp): ExtraMesh {
  return patchMesh(scalp, {
    columns: TORSO.columns,
    rows: TORSO.rows,
    at: (across, down) => {
      const angle = 2 * Math.PI * across;
      const spread = Math.sin(Math.min(1, down * 1.7) * (Math.PI / 2));
      const side = Math.abs(Math.sin(angle));
      const drop = TORSO.top - 1.6 * down - 24 * Math.max(0, down - 0.42) - 2.4 * side * spread - (Math.cos(angle) > 0 ? 2.2 * Math.cos(angle) * (1 - 0.4 * down) : 0);
      return [Math.sin(angle) * (6.6 + 13.5 * spread), drop, -2.6 + Math.cos(angle) * (6.3 + 4.4 * spread)];
    },
    visibility: () => 0.85,
    follow: () => [0, -17, 4],
  });
}
