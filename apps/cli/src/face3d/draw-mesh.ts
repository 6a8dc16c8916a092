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

/** Rays across a pixel and down, where the picture is not huge. */
const RAYS = 2;
const HUGE_PICTURE = 2_500_000;
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

/** A ray's colour and cover, filled anew for each. */
type Ray = [red: number, green: number, blue: number, cover: number];

const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => a[0]! * b[0]! + a[1]! * b[1]! + a[2]! * b[2]!;

/** [row-major rays]: the mesh on a frame over `region`, whose pixels have `rays` by `rays` rays. */
function rasteriseRegion({ placed, triangles }: DrawnMesh, { focal, centre }: PerspectiveCamera, { region, rays }: { readonly region: Rectangle; readonly rays: number }): Frame {
  const points = new Float64Array(placed.length);
  for (let at = 0; at < placed.length; at += 3) {
    const nearness = -1 / placed[at + 2]!;
    points[at] = (centre[0] + focal * placed[at]! * nearness - region.x) * rays;
    points[at + 1] = (centre[1] - focal * placed[at + 1]! * nearness - region.y) * rays;
    points[at + 2] = nearness;
  }
  const frame = emptyFrame(region.width * rays, region.height * rays);
  rasterise(frame, { points, triangles, perspective: true });
  return frame;
}

/** What a ray of the frame sees; cover 0 where it sees nothing, or the inside. */
function trace(ray: Ray, at: number, { frame, triangles, materials, palette, cover, placed, normals }: Drawing): void {
  ray[3] = 0;
  const triangle = frame.triangle[at]!;
  if (triangle < 0) return;
  const weights = [frame.weights[at * 2]!, frame.weights[at * 2 + 1]!, 1 - frame.weights[at * 2]! - frame.weights[at * 2 + 1]!];
  const [normal, place] = [[0, 0, 0], [0, 0, 0]];
  let hides = 0;
  for (let corner = 0; corner < 3; corner += 1) {
    const vertex = triangles[triangle * 3 + corner]!;
    hides += weights[corner]! * cover[vertex]!;
    for (let axis = 0; axis < 3; axis += 1) {
      normal[axis]! += weights[corner]! * normals[vertex * 3 + axis]!;
      place[axis]! += weights[corner]! * placed[vertex * 3 + axis]!;
    }
  }
  const length = Math.hypot(...normal) || 1;
  const facing = -dot(normal, place) / (length * Math.hypot(...place));
  if (facing <= 0) return;
  const light = AMBIENT + DIFFUSE * Math.max(0, dot(normal, LIGHT) / length);
  const shine = GLOSS.strength * Math.max(0, dot(normal, HALFWAY) / length) ** GLOSS.polish + RIM.strength * (1 - facing) ** RIM.power;
  const colour = palette[materials[triangle]!]!;
  for (let channel = 0; channel < 3; channel += 1) ray[channel] = Math.min(BYTE, colour[channel]! * light + shine);
  ray[3] = hides;
}

/** @param region of the photo, in whole pixels */
export function drawMesh(mesh: DrawnMesh, camera: PerspectiveCamera, region: Rectangle): Layer {
  const { width, height } = region;
  const rays = width * height > HUGE_PICTURE ? 1 : RAYS;
  const drawing: Drawing = { ...mesh, frame: rasteriseRegion(mesh, camera, { region, rays }), normals: vertexNormals(mesh.placed, mesh.triangles) };
  const data = new Uint8Array(width * height * 4);
  const ray: Ray = [0, 0, 0, 0];
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    const first = Math.floor(pixel / width) * rays * width * rays + (pixel % width) * rays;
    const sum: Ray = [0, 0, 0, 0];
    for (let index = 0; index < rays * rays; index += 1) {
      trace(ray, first + Math.floor(index / rays) * width * rays + (index % rays), drawing);
      for (let channel = 0; channel < 3; channel += 1) sum[channel]! += ray[channel]! * ray[3];
      sum[3] += ray[3];
    }
    if (sum[3] === 0) continue;
    for (let channel = 0; channel < 3; channel += 1) data[pixel * 4 + channel] = Math.round(sum[channel]! / sum[3]);
    data[pixel * 4 + 3] = Math.round((BYTE * sum[3]) / rays ** 2);
  }
  return { ...region, data };
}
