/**
 * A picture of a head with everything that a scene says, supersampled, and where its landmarks are in it. Nothing here has
 * derivatives; the same scene gives the same bytes.
 */
import { byteImage, InputError } from '@mfim/tensor-contracts';
import type { ByteImage } from '@mfim/tensor-contracts';
import { movePoints } from '../camera/rigid-motion.ts';
import { projectPerspective } from '../camera/perspective.ts';
import { landmarkPositions } from '../mesh/landmark-positions.ts';
import { emptyFrame, rasterise } from '../render/rasterise.ts';
import type { Frame, ProjectedMesh } from '../render/rasterise.ts';
import { drawBackground } from './draw-background.ts';
import { facePaint } from './face-paint.ts';
import { curtainCovers, hairCovers, lashCovers } from './hair-cover.ts';
import type { HeadScene } from './head-scene.ts';
import { developPhoto } from './develop-photo.ts';
import { poseMesh } from './pose-mesh.ts';
import type { PosedMesh } from './pose-mesh.ts';
import type { PreparedHead } from './prepared-head.ts';
import type { RandomSource } from '../random-source.ts';
import { shadeFrame } from './shade-frame.ts';

/** A picture and what is exactly known of it. */
export interface RenderedHead {
  readonly image: ByteImage;
  /** [68, 2], pixels, x to the right, y down; pixel 0 covers 0 to 1. */
  readonly landmarks: Float64Array;
  /** [68, 3], camera axes, centimetres. */
  readonly landmarks3d: Float64Array;
}

/** How to render. */
export interface RenderOptions {
  /** Side of the square picture in pixels. */
  readonly size: number;
  /** Rays across each pixel and down; default 2. */
  readonly supersampling?: number;
  /** Draws the hairs of the brows and the noise of the film. */
  readonly random: RandomSource;
}

const LARGEST = 2048;
const DEFAULT_SUPERSAMPLING = 2;
const MOST_SUPERSAMPLING = 4;

const whole = (value: number, most: number): boolean => Number.isInteger(value) && value >= 1 && value <= most;

function check({ size, supersampling = DEFAULT_SUPERSAMPLING }: RenderOptions): void {
  if (whole(size, LARGEST) && whole(supersampling, MOST_SUPERSAMPLING)) return;
  throw new InputError({ where: 'renderHead', expected: `a whole size up to ${LARGEST} and supersampling up to ${MOST_SUPERSAMPLING}`, got: `${size} and ${supersampling}`, remedy: 'round them' });
}

/** The mean head's place of a point in a triangle. */
function restAt({ rest, triangles }: PreparedHead): (triangle: number, first: number, second: number) => readonly [number, number, number] {
  return (triangle, first, second) => {
    const a = triangles[triangle * 3]! * 3;
    const b = triangles[triangle * 3 + 1]! * 3;
    const c = triangles[triangle * 3 + 2]! * 3;
    const third = 1 - first - second;
    return [
      rest[a]! * first + rest[b]! * second + rest[c]! * third,
      rest[a + 1]! * first + rest[b + 1]! * second + rest[c + 1]! * third,
      rest[a + 2]! * first + rest[b + 2]! * second + rest[c + 2]! * third,
    ];
  };
}

/** A head on the picture plane, in a scene. */
interface HairScene {
  readonly projected: ProjectedMesh;
  readonly head: PreparedHead;
  readonly scene: HeadScene;
}

function drawLashes(frame: Frame, { projected, head, scene }: HairScene): void {
  const { starts, cornerUv } = head;
  const covers = (triangle: number, first: number, second: number): boolean => {
    const at = (triangle - starts.lashes) * 6;
    const third = 1 - first - second;
    const u = cornerUv[at]! * first + cornerUv[at + 2]! * second + cornerUv[at + 4]! * third;
    const v = cornerUv[at + 1]! * first + cornerUv[at + 3]! * second + cornerUv[at + 5]! * third;
    return lashCovers(u, v, scene.eyes.lashes);
  };
  rasterise(frame, projected, { from: starts.lashes, to: starts.hair, covers });
}

function drawHair(frame: Frame, { projected, head, scene }: HairScene): void {
  const { starts, triangles, extra } = head;
  const vertices = head.model.basis.mean.length / 3;
  const place = restAt(head);
  const level = (triangle: number): number => extra.levels[triangles[triangle * 3]! - vertices]!;
  if (scene.hair.volume > 0) {
    rasterise(frame, projected, { from: starts.hair, to: starts.curtain, covers: (triangle, first, second) => hairCovers(place(triangle, first, second), level(triangle), scene) });
  }
  if (scene.hair.hangsTo !== undefined) {
    rasterise(frame, projected, { from: starts.curtain, covers: (triangle, first, second) => curtainCovers(place(triangle, first, second), scene) });
  }
}

/** The head on a frame of `side` pixels, `supersampling` times as many as the picture has. */
function rasteriseHead(head: PreparedHead, scene: HeadScene, { mesh, side, supersampling }: { readonly mesh: PosedMesh; readonly side: number; readonly supersampling: number }): Frame {
  const frame = emptyFrame(side, side);
  const points = mesh.projected.map((value, at) => (at % 3 === 2 ? value : value * supersampling));
  const projected = { points, triangles: head.triangles, perspective: true };
  rasterise(frame, projected, { to: head.starts.lashes });
  drawLashes(frame, { projected, head, scene });
  drawHair(frame, { projected, head, scene });
  return frame;
}

/**
 * Renders a head.
 *
 * @throws InputError when the size is not whole, or the head is not in front of the camera
 */
export function renderHead(head: PreparedHead, scene: HeadScene, options: RenderOptions): RenderedHead {
  check(options);
  const { size, supersampling = DEFAULT_SUPERSAMPLING, random } = options;
  const mesh = poseMesh(head, scene);
  const landmarks3d = movePoints(landmarkPositions(mesh.morphed, head.model.basis.landmarks), scene.motion);
  const landmarks = projectPerspective(landmarks3d, scene.camera);
  const frame = rasteriseHead(head, scene, { mesh, side: size * supersampling, supersampling });
  const paint = facePaint(landmarkPositions(head.model.basis.mean, head.model.basis.landmarks), scene.brows, random);
  const lit = shadeFrame(frame, { head, mesh, scene, paint });
  const picture = drawBackground(size, scene.background, scene.seed);
  laydown(picture, { lit, triangle: frame.triangle, supersampling });
  const data = developPhoto(picture, scene.photo, random);
  return { image: byteImage(data, { width: size, height: size, channels: 3 }), landmarks, landmarks3d };
}

/** Averages the rays of each pixel over the background, which shows where rays missed. */
function laydown(picture: Float32Array, { lit, triangle, supersampling }: { readonly lit: Float32Array; readonly triangle: Int32Array; readonly supersampling: number }): void {
  const size = Math.sqrt(picture.length / 3);
  const rays = supersampling * supersampling;
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) {
      const at = (row * size + column) * 3;
      let hits = 0;
      const sum = [0, 0, 0];
      for (let ray = 0; ray < rays; ray += 1) {
        const from = (row * supersampling + Math.floor(ray / supersampling)) * size * supersampling + column * supersampling + (ray % supersampling);
        if (triangle[from]! < 0) continue;
        hits += 1;
        for (let channel = 0; channel < 3; channel += 1) sum[channel]! += Math.min(2, lit[from * 3 + channel]!);
      }
      for (let channel = 0; channel < 3; channel += 1) picture[at + channel] = (sum[channel]! + (rays - hits) * picture[at + channel]!) / rays;
    }
  }
}
