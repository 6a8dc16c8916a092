/** The colour of skin, lips, brows and stubble at a place of the mean head (ICT-FaceKit's; centimetres). */
import { smoothStep } from '../render/colour.ts';
import { valueNoise } from '../render/value-noise.ts';
import type { HeadScene } from './head-scene.ts';
import type { FacePaint } from './face-paint.ts';
import { hairAt } from './scalp.ts';
import type { Place } from './scalp.ts';

/** A bump of width `size` about a place, both sides of the face alike. */
const spot = ([x, y, z]: Place, [cx, cy, cz]: Place, size: number): number =>
  Math.exp(-((Math.abs(x) - cx) ** 2 + (y - cy) ** 2 + (z - cz) ** 2) / (2 * size * size));

const CHEEK = [4.4, 0, 8.2] as const;
const NOSE = [0, 0.6, 12.6] as const;
const EAR = [8.3, 2, -1] as const;
const CHIN = [0, -6.2, 10.4] as const;
const UNDER_EYE = [3, 2.2, 9.4] as const;
const LID = [3.1, 4.3, 9.5] as const;

/** Blood near the surface absorbs green and blue. */
const FLUSH = [0.02, 0.34, 0.3] as const;

/** Brows stay browner than light or grey hair. */
const BROWN = [0.05, 0.03, 0.02] as const;

/** What skin is like at a place: the light that it returns, and its gloss. */
export interface SkinPoint {
  readonly colour: Float64Array;
  gloss: number;
}

/** Where a beard grows, 0 to 1. */
function beardAt([x, y, z]: Place): number {
  const jaw = smoothStep(0.4, -2.6, y + 0.35 * Math.max(0, 5.5 - Math.abs(x)) - 0.55 * Math.max(0, Math.abs(x) - 5)) * smoothStep(-12, -8.5, y) * smoothStep(0.5, 3, z);
  const mouth = smoothStep(1.1, 0.5, Math.hypot(x / 3.1, (y + 3.4) / 1.25));
  return Math.max(0, jaw - mouth * 0.9);
}

/** How a head looks: its scene, and its painted lips and brows. */
export interface SkinScene {
  readonly scene: HeadScene;
  readonly paint: FacePaint;
}

/** Writes the colour of skin into `point`. */
export function shadeSkin(point: SkinPoint, place: Place, look: SkinScene): void {
  const { skin, hair, seed } = look.scene;
  const [x, y, z] = place;
  const { colour } = point;
  const shift = seed * 17.3;
  const fine = valueNoise(x * 7 + shift, y * 7, z * 7);
  const pores = valueNoise(x * 19 + shift, y * 19, z * 19);
  const broad = valueNoise(x * 0.9 + shift, y * 0.9, z * 0.9);
  const mottle = 1 + 0.045 * broad + 0.035 * fine + 0.04 * pores;
  const red = skin.flush * (0.75 * spot(place, CHEEK, 1.9) + 0.8 * spot(place, NOSE, 1.1) + 0.7 * spot(place, EAR, 1.6) + 0.4 * spot(place, CHIN, 1.3)) * (1 + 0.5 * fine) + 0.06 * broad;
  const shade = skin.eyeShade * (0.55 * spot(place, UNDER_EYE, 0.75) + 0.5 * spot(place, LID, 0.65));
  const freckle = skin.freckles * smoothStep(0.42, 0.62, valueNoise(x * 4.4 + shift, y * 4.4, z * 4.4)) * (spot(place, CHEEK, 2.6) + spot(place, NOSE, 2));
  for (let channel = 0; channel < 3; channel += 1) {
    colour[channel] = skin.tone[channel]! * mottle * (1 - FLUSH[channel]! * red) * (1 - (0.35 + 0.12 * channel) * shade) * (1 - (0.3 + 0.2 * channel) * freckle);
  }
  point.gloss = skin.shine * (0.5 + 0.5 * Math.min(1, 0.6 + spot(place, NOSE, 1.6) + spot(place, [0, 8.5, 10.2], 2.4))) * (1 + 0.5 * pores);
  if (z > 6 && y > -5.6 && y < 8.4) paintOver(point, [x, y], look);
  const stubble = skin.beard * (y < 1 ? beardAt(place) : 0) * (0.62 + 0.3 * pores + 0.15 * fine);
  // Where the hair is shaven or thin its roots still tint the skin.
  const roots = y > 0 ? 0.75 * hairAt(place, hair.recession) * (hair.volume > 0 ? 1 : 0) : 0;
  blend(colour, hair.colour, Math.min(0.92, Math.max(0, Math.max(stubble, roots))));
}

function blend(colour: Float64Array, over: readonly number[], share: number): void {
  for (let channel = 0; channel < 3; channel += 1) colour[channel]! += share * (over[channel]! - colour[channel]!);
}

/** Lips and brows. */
function paintOver(point: SkinPoint, [x, y]: readonly [number, number], { scene, paint }: SkinScene): void {
  const { skin, hair, seed } = scene;
  const lip = paint.lipsAt(x, y);
  if (lip > 0) {
    const lines = 1 + 0.12 * valueNoise(x * 9 + seed, y * 1.5, 3) + 0.08 * valueNoise(x * 20, y * 4, seed);
    blend(point.colour, skin.lips.map((value) => value * lines), lip * skin.lipCover);
    point.gloss = point.gloss * (1 - lip) + lip * (0.35 + skin.shine * 0.6);
  }
  const brow = paint.browsAt(x, y);
  if (brow > 0) {
    for (let channel = 0; channel < 3; channel += 1) {
      const brown = 0.6 * Math.min(hair.colour[channel]!, BROWN[channel]! * 2) + 0.4 * BROWN[channel]!;
      point.colour[channel]! += brow * (brown - point.colour[channel]!);
    }
    point.gloss *= 1 - brow;
  }
}
