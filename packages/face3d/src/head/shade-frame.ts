/** Colours for a rasterised head: material by material, then light: harmonics with ambient visibility, a lamp with shadow and gloss. */
import { harmonics, HARMONIC_COUNT } from '../shading/spherical-harmonics.ts';
import type { Frame } from '../render/rasterise.ts';
import { smoothStep } from '../render/colour.ts';
import { valueNoise } from '../render/value-noise.ts';
import { shadeEye } from './eye-shader.ts';
import type { FacePaint } from './face-paint.ts';
import { strandNoise } from './hair-cover.ts';
import type { HeadScene } from './head-scene.ts';
import type { PosedMesh } from './pose-mesh.ts';
import { MATERIALS } from './prepared-head.ts';
import type { Material, PreparedHead } from './prepared-head.ts';
import { shadowMap } from './shadow-map.ts';
import type { LampShare } from './shadow-map.ts';
import { shadeSkin } from './skin-shader.ts';
import { CROWN } from './scalp.ts';

/** What is needed to colour a frame. */
export interface Shading {
  readonly head: PreparedHead;
  readonly mesh: PosedMesh;
  readonly scene: HeadScene;
  readonly paint: FacePaint;
}

/** Cosines between surface and lamp over which its own facets begin to shade it. */
const TERMINATOR = [0.15, 0.6] as const;
const HAIR_GLOSS = 0.35;
/** Shadows are looked up this far above the surface, so that it does not shade itself. */
const CLEARANCE = 0.3;

type Vector = [number, number, number];

/** A point of the surface, filled anew for each pixel. */
interface SurfacePoint {
  readonly colour: Float64Array;
  gloss: number;
  /** Exponent of the gloss. */
  polish: number;
  visibility: number;
  /** Of hair: 0 at the roots, 1 at the ends. */
  level: number;
  readonly rest: Vector;
  readonly place: Vector;
  readonly normal: Vector;
  /** Between the lamp and the camera. */
  readonly half: Vector;
  /** Harmonics of the normal. */
  readonly values: Float64Array;
}

const TEETH = [0.86, 0.79, 0.66] as const;
const GUMS = [0.36, 0.13, 0.12] as const;
/** Light goes some way through skin: red furthest, so the lamp reaches past the edge of its shadow side. */
const SKIN_WRAP = [0.28, 0.12, 0.08] as const;
/** Share of a lamp's light that gloss returns when it is fully turned on. */
const GLOSS_STRENGTH = 0.42;

/** Corners of a triangle, and the weights of a point in it. */
interface PointOfTriangle {
  readonly corners: Vector;
  readonly weights: Vector;
}

function interpolate(into: Vector, values: Float64Array | Float32Array, { corners, weights }: PointOfTriangle): void {
  for (let axis = 0; axis < 3; axis += 1) {
    into[axis] = values[corners[0] * 3 + axis]! * weights[0] + values[corners[1] * 3 + axis]! * weights[1] + values[corners[2] * 3 + axis]! * weights[2];
  }
}

/** Below the collar, which hangs lower in front. */
const isClothed = ([x, y, z]: Vector): boolean => y < -13.2 - 0.28 * Math.max(0, z + 2) + 0.02 * x * x - 1.2 * Math.max(0, 1 - Math.abs(x) / 9);

/** Inside the mouth it is dark; brightest just behind the lips. */
const mouthDepth = (z: number): number => Math.min(1, Math.max(0.04, (z - 6.5) / 4.2));

function shadeMaterial(point: SurfacePoint, material: Material, shading: Shading): void {
  const { head, scene } = shading;
  const { colour, rest } = point;
  const set = (values: readonly number[], factor = 1): void => values.forEach((value, channel) => (colour[channel] = value * factor));
  point.gloss = 0;
  point.polish = 18;
  if (material === 'skin') shadeSkin(point, rest, shading);
  if (material === 'skin' && isClothed(rest)) set(scene.clothes);
  if (material === 'eye') {
    const eye = head.eyes[rest[0] > 0 ? 0 : 1]!;
    const place: Vector = [rest[0] - eye[0], rest[1] - eye[1], rest[2] - eye[2]];
    shadeEye(point, place, scene);
    point.polish = 220;
    // The upper lid and its lashes shade the eye.
    point.visibility = 0.75 - 0.5 * Math.min(1, Math.max(0, (place[1] + 0.05) / 0.55));
  }
  if (material === 'teeth') {
    set(TEETH, mouthDepth(rest[2]) * (1 - 0.25 * Math.min(1, Math.abs(rest[0]) / 3)));
    [point.gloss, point.polish, point.visibility] = [0.5, 60, 0.75];
  }
  if (material === 'mouth') {
    set(GUMS, mouthDepth(rest[2]) * 0.75);
    [point.gloss, point.polish, point.visibility] = [0.3, 40, 0.5];
  }
  if (material === 'lash') set(scene.hair.colour, 0.35);
  if (material === 'cloth') set(scene.clothes, 1 + 0.08 * valueNoise(rest[0] * 6, rest[1] * 6, rest[2] * 6) + 0.1 * valueNoise(rest[0] * 0.5, rest[1] * 0.5, rest[2] * 0.5));
  if (material === 'hair' || material === 'curtain') shadeHair(point, scene);
}

function shadeHair({ colour, rest, level }: SurfacePoint, { hair, seed }: HeadScene): void {
  const strand = 1 + 0.42 * strandNoise(rest, hair.curl, seed);
  for (let channel = 0; channel < 3; channel += 1) colour[channel] = hair.colour[channel]! * strand * (0.7 + 0.4 * level);
}

/** Hair mirrors light across its strands (Kajiya and Kay): by the sine between strand and half vector. */
function hairGloss(point: SurfacePoint, half: Vector, { motion }: HeadScene): number {
  const { rotation } = motion;
  const { rest, normal } = point;
  const x = rest[0] - CROWN[0];
  const y = rest[1] - CROWN[1];
  const z = rest[2] - CROWN[2];
  const across = rotation[0]! * x + rotation[1]! * y + rotation[2]! * z;
  const up = rotation[3]! * x + rotation[4]! * y + rotation[5]! * z;
  const forward = rotation[6]! * x + rotation[7]! * y + rotation[8]! * z;
  const outward = across * normal[0] + up * normal[1] + forward * normal[2];
  const flat = length(across - outward * normal[0], up - outward * normal[1], forward - outward * normal[2]) || 1;
  const cosine = (across * half[0] + up * half[1] + forward * half[2] - outward * (normal[0] * half[0] + normal[1] * half[1] + normal[2] * half[2])) / flat;
  return Math.max(0, 1 - cosine * cosine) ** 24;
}

/** Towards the edge of its own shadow side a surface cannot be shaded by facets of itself: the lamp's angle does that. */
function lampShare(point: SurfacePoint, toLamp: number, share: LampShare): number {
  const [from, to] = TERMINATOR;
  if (toLamp < from) return 1;
  const { place, normal } = point;
  const lit = share(place[0] + normal[0] * CLEARANCE, place[1] + normal[1] * CLEARANCE, place[2] + normal[2] * CLEARANCE);
  return lit + (1 - lit) * (1 - smoothStep(from, to, toLamp));
}

const length = (x: number, y: number, z: number): number => Math.sqrt(x * x + y * y + z * z);

/** Replaces the point's colour by the light that it sends to the camera. */
function light(point: SurfacePoint, material: Material, { scene, share }: { readonly scene: HeadScene; readonly share: LampShare }): void {
  const { colour, normal, place, values, half } = point;
  const { surroundings, lamp, lampColour } = scene.light;
  const distance = length(place[0], place[1], place[2]);
  const facing = -(normal[0] * place[0] + normal[1] * place[1] + normal[2] * place[2]) / distance;
  if (facing < 0) for (let axis = 0; axis < 3; axis += 1) normal[axis]! *= -1;
  harmonics(values, normal);
  const toLamp = normal[0] * lamp[0] + normal[1] * lamp[1] + normal[2] * lamp[2];
  const lit = lampShare(point, toLamp, share);
  for (let axis = 0; axis < 3; axis += 1) half[axis] = lamp[axis]! - place[axis]! / distance;
  const halfLength = length(half[0], half[1], half[2]) || 1;
  for (let axis = 0; axis < 3; axis += 1) half[axis]! /= halfLength;
  const mirrored = Math.max(0, normal[0] * half[0] + normal[1] * half[1] + normal[2] * half[2]);
  const isHair = material === 'hair' || material === 'curtain';
  const isSkin = material === 'skin';
  const rim = (1 - Math.abs(facing)) ** 4;
  const gloss = isHair ? HAIR_GLOSS * Math.max(0, toLamp) * (0.25 + colour[1]!) * hairGloss(point, half, scene) : point.gloss * GLOSS_STRENGTH * (mirrored ** point.polish + 0.25 * mirrored ** (point.polish / 4));
  for (let channel = 0; channel < 3; channel += 1) {
    let ambient = 0;
    for (let harmonic = 0; harmonic < HARMONIC_COUNT; harmonic += 1) ambient += values[harmonic]! * surroundings[harmonic * 3 + channel]!;
    ambient = Math.max(0, ambient);
    const wrap = isSkin ? SKIN_WRAP[channel]! : 0;
    const diffuse = Math.max(0, (toLamp + wrap) / (1 + wrap)) * lit;
    const shine = gloss * lit * lampColour[channel]! + (isSkin ? 0.06 : 0.03) * rim * point.visibility * ambient;
    // Light that bounced in skin's hollows is redder.
    const visibility = isSkin && channel === 0 ? point.visibility ** 0.75 : point.visibility;
    colour[channel] = colour[channel]! * (ambient * visibility + diffuse * lampColour[channel]!) + shine;
  }
}

/**
 * Lights every covered pixel of a frame.
 *
 * @returns [pixels, 3], linear light; 0 where the frame is empty
 */
export function shadeFrame(frame: Frame, shading: Shading): Float32Array {
  const { head, mesh, scene } = shading;
  const { rest, triangles, materials, visibility, extra, model } = head;
  const result = new Float32Array(frame.triangle.length * 3);
  const casters = scene.hair.volume > 0 && scene.hair.hangsTo !== undefined ? triangles : triangles.subarray(0, head.starts.lashes * 3);
  const share = shadowMap(mesh.placed, casters, scene.light.lamp);
  const vertices = model.basis.mean.length / 3;
  const point: SurfacePoint = { colour: new Float64Array(3), gloss: 0, polish: 1, visibility: 1, level: 0, rest: [0, 0, 0], place: [0, 0, 0], normal: [0, 0, 0], values: new Float64Array(HARMONIC_COUNT), half: [0, 0, 0] };
  const corners: Vector = [0, 0, 0];
  const weights: Vector = [0, 0, 0];
  const at = { corners, weights };
  for (let pixel = 0; pixel < frame.triangle.length; pixel += 1) {
    const triangle = frame.triangle[pixel]!;
    if (triangle < 0) continue;
    for (let corner = 0; corner < 3; corner += 1) corners[corner] = triangles[triangle * 3 + corner]!;
    weights[0] = frame.weights[pixel * 2]!;
    weights[1] = frame.weights[pixel * 2 + 1]!;
    weights[2] = 1 - weights[0] - weights[1];
    interpolate(point.rest, rest, at);
    interpolate(point.place, mesh.placed, at);
    interpolate(point.normal, mesh.normals, at);
    const norm = length(point.normal[0], point.normal[1], point.normal[2]) || 1;
    for (let axis = 0; axis < 3; axis += 1) point.normal[axis]! /= norm;
    point.visibility = visibility[corners[0]]! * weights[0] + visibility[corners[1]]! * weights[1] + visibility[corners[2]]! * weights[2];
    const material = MATERIALS[materials[triangle]!]!;
    point.level = extra.levels[corners[0] - vertices] ?? 0;
    shadeMaterial(point, material, shading);
    light(point, material, { scene, share });
    for (let channel = 0; channel < 3; channel += 1) result[pixel * 3 + channel] = point.colour[channel]!;
  }
  return result;
}
