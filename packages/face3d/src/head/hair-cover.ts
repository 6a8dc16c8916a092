/** Where hair and lashes leave holes: strands of noise that thin out towards their ends. */
import { valueNoise } from '../render/value-noise.ts';
import type { HeadScene } from './head-scene.ts';
import { hairAt, strandAt } from './scalp.ts';
import type { Place } from './scalp.ts';

/** Strands around the crown in a radian; broad locks of them. */
const STRANDS = 55;
const LOCKS = 15;

/** Brightness of strands at a place, about -1 to 1; constant along the hair, which curls sideways. */
export function strandNoise(place: Place, curl: number, seed: number): number {
  const [x, y, z] = place;
  const [angle, distance] = strandAt(place);
  const sway = curl * 0.16 * Math.sin(distance * 2.3 + 3 * valueNoise(x * 0.5, y * 0.5, z * 0.5 + seed));
  const turn = angle + sway;
  return 0.6 * valueNoise(turn * STRANDS, distance * 0.45, seed) + 0.4 * valueNoise(turn * LOCKS, distance * 0.3, seed + 9);
}

/** Whether a shell of hair at a level (0 roots, 1 ends) covers a place of the mean head. */
export function hairCovers(place: Place, level: number, { hair, seed }: HeadScene): boolean {
  const grows = hairAt(place, hair.recession);
  if (grows < 0.02) return false;
  const strand = 0.5 + 0.5 * strandNoise(place, hair.curl, seed);
  return strand * (0.35 + 0.65 * grows) + 0.32 * grows > 0.2 + 0.62 * level ** 1.4;
}

/** Whether the curtain of long hair covers a place, whose share of the way down is `down`. */
export function curtainCovers(place: Place, { hair, seed }: HeadScene): boolean {
  const end = (hair.hangsTo ?? Infinity) + 1.6 * strandNoise([place[0], 0, place[2]], hair.curl, seed);
  return place[1] > end;
}

const LASHES_ACROSS = 90;
/** ICT-FaceKit stacks the cards of its lashes in bands of the texture, the upper lid's three above the lower lid's. */
const BANDS = 6;
const UPPER_BANDS = 3;
/** Lashes of the lower lid are this much thinner. */
const LOWER = 0.3;

/** Whether a lash card covers a point of its texture: hairs from the lid, narrower towards their tips. */
export function lashCovers(u: number, v: number, lashes: number): boolean {
  const band = (v - Math.floor(v)) * BANDS;
  const towardsTip = 1 - (band - Math.floor(band));
  const place = u * LASHES_ACROSS + 0.6 * towardsTip * (valueNoise(u * LASHES_ACROSS * 0.7, Math.floor(band), 0.5) + 1);
  const offset = Math.abs(place - Math.floor(place) - 0.5);
  const strength = lashes * (band > UPPER_BANDS ? 1 : LOWER);
  return offset < 0.5 * strength * (1 - towardsTip / (0.35 + 0.65 * lashes));
}
