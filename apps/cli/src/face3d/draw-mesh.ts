/**
 * A mesh as a shaded picture with transparency: rays a pixel through the z-buffer of @mfim/face3d, soft light from the upper left, a
 * gloss, and a brighter rim. It is a drawing to judge a form by, in sRGB as it is; nothing is measured from it.
 */
import { emptyFrame, rasterise, vertexNormals } from '@mfim/face3d';
import type { Frame, PerspectiveCamera } from '@mfim/face3d';
import type { Colour, Rectangle } from '../contact-sheet/canvas.ts';
import type { Layer } from './layer.ts';

/** What is drawn. */
export interface DrawnMesh {
  /** [vertices, 3], camera axes, all in front of the camera. */
  readonly placed: Float64Array;
  /** [triangles, 3], counter-clockwise seen from outside; seen from inside they are not drawn. */
  readonly triangles: Int32Array;
  /** [triangles], index into `palette`. */
  readonly materials: Uint8Array;
  readonly palette: readonly Colour[];
  /** [vertices], 0 to 1: how much of what is behind it hides. */
  readonly cover: Float32Array;
}

/** Rays across a pixel and down. */
const RAYS = 2;
/** A picture is drawn in strips of so many rays, so that memory does not grow with it. */
const STRIP_RAYS = 4_000_000;
/** Towards the light, and halfway between it and a viewer far away; unit vectors in camera axes. */
const LIGHT = [-0.37, 0.56, 0.74] as const;
const HALFWAY = [-0.198, 0.3, 0.933] as const;
const AMBIENT = 0.34;
const DIFFUSE = 0.74;
const GLOSS = { strength: 46, polish: 34 } as const;
const RIM = { strength: 26, power: 3 } as const;
const BYTE = 255;

interface Drawing extends DrawnMesh {
  readonly frame: Frame;
  readonly normals: Float64Array;
}

/** What a ray meets, filled anew for each: this is where the time goes. */
interface Hit {
  readonly normal: Float64Array;
  readonly place: Float64Array;
  readonly colour: Float64Array;
  /** 0 where it meets nothing, or the inside. */
  cover: number;
}

const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => a[0]! * b[0]! + a[1]! * b[1]! + a[2]! * b[2]!;

/** [row-major rays]: the mesh on a frame over `region`. */
function rasteriseRegion({ placed, triangles }: DrawnMesh, { focal, centre }: PerspectiveCamera, region: Rectangle): Frame {
  const points = new Float64Array(placed.length);
  for (let at = 0; at < placed.length; at += 3) {
    const nearness = -1 / placed[at + 2]!;
    points[at] = (centre[0] + focal * placed[at]! * nearness - region.x) * RAYS;
    points[at + 1] = (centre[1] - focal * placed[at + 1]! * nearness - region.y) * RAYS;
    points[at + 2] = nearness;
  }
  const frame = emptyFrame(region.width * RAYS, region.height * RAYS);
  rasterise(frame, { points, triangles, perspective: true });
  return frame;
}

/** Place, normal and cover of the surface where a ray meets it. */
function meet(hit: Hit, at: number, { frame, triangles, cover, placed, normals }: Drawing): void {
  hit.cover = 0;
  hit.normal.fill(0);
  hit.place.fill(0);
  const triangle = frame.triangle[at]!;
  if (triangle < 0) return;
  const [first, second] = [frame.weights[at * 2]!, frame.weights[at * 2 + 1]!];
  for (let corner = 0; corner < 3; corner += 1) {
    const weight = corner === 0 ? first : corner === 1 ? second : 1 - first - second;
    const vertex = triangles[triangle * 3 + corner]!;
    hit.cover += weight * cover[vertex]!;
    for (let axis = 0; axis < 3; axis += 1) {
      hit.normal[axis]! += weight * normals[vertex * 3 + axis]!;
      hit.place[axis]! += weight * placed[vertex * 3 + axis]!;
    }
  }
}

/** The colour of what was met, in its light. */
function shade({ normal, place, colour, cover }: Hit, base: Colour): number {
  const length = Math.sqrt(dot(normal, normal)) || 1;
  const facing = -dot(normal, place) / (length * Math.sqrt(dot(place, place)));
  if (!(facing > 0)) return 0;
  const light = AMBIENT + DIFFUSE * Math.max(0, dot(normal, LIGHT) / length);
  const shine = GLOSS.strength * Math.max(0, dot(normal, HALFWAY) / length) ** GLOSS.polish + RIM.strength * (1 - facing) ** RIM.power;
  for (let channel = 0; channel < 3; channel += 1) colour[channel] = Math.min(BYTE, base[channel]! * light + shine);
  return cover;
}

/** Averages the rays of each pixel of a frame into RGBA. */
function develop(data: Uint8Array, drawing: Drawing, width: number): void {
  const { frame, materials, palette } = drawing;
  const hit: Hit = { normal: new Float64Array(3), place: new Float64Array(3), colour: new Float64Array(3), cover: 0 };
  const sum = new Float64Array(4);
  for (let pixel = 0; pixel * 4 < data.length; pixel += 1) {
    const corner = Math.floor(pixel / width) * RAYS * frame.width + (pixel % width) * RAYS;
    sum.fill(0);
    for (let index = 0; index < RAYS * RAYS; index += 1) {
      const at = corner + Math.floor(index / RAYS) * frame.width + (index % RAYS);
      meet(hit, at, drawing);
      if (hit.cover === 0) continue;
      const cover = shade(hit, palette[materials[frame.triangle[at]!]!]!);
      for (let channel = 0; channel < 3; channel += 1) sum[channel]! += hit.colour[channel]! * cover;
      sum[3]! += cover;
    }
    if (sum[3] === 0) continue;
    for (let channel = 0; channel < 3; channel += 1) data[pixel * 4 + channel] = Math.round(sum[channel]! / sum[3]!);
    data[pixel * 4 + 3] = Math.round((BYTE * sum[3]!) / RAYS ** 2);
  }
}

/** @param region of the photo, in whole pixels */
export function drawMesh(mesh: DrawnMesh, camera: PerspectiveCamera, region: Rectangle): Layer {
  const { width, height } = region;
  const data = new Uint8Array(width * height * 4);
  const normals = vertexNormals(mesh.placed, mesh.triangles);
  const rows = Math.max(1, Math.floor(STRIP_RAYS / (width * RAYS ** 2)));
  for (let top = 0; top < height; top += rows) {
    const strip = { ...region, y: region.y + top, height: Math.min(rows, height - top) };
    const drawing = { ...mesh, normals, frame: rasteriseRegion(mesh, camera, strip) };
    develop(data.subarray(top * width * 4, (top + strip.height) * width * 4), drawing, width);
  }
  return { ...region, data };
}
