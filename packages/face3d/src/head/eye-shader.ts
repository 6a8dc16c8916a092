/** The colour of an eyeball at a place of the mean head: white with veins, iris with fibres and a dark rim, pupil. */
import { smoothStep } from '../render/colour.ts';
import { valueNoise } from '../render/value-noise.ts';
import type { HeadScene } from './head-scene.ts';
import type { Place } from './scalp.ts';

/** Centimetres, on ICT-FaceKit's eyeballs, which are a little larger than life. */
const IRIS = 0.66;
const RIM = 0.08;
const FIBRES = 9;
const WHITE = [0.74, 0.7, 0.66] as const;
const VEIN = [0.1, 0.45, 0.45] as const;

/** What an eye is like at a place. */
export interface EyePoint {
  readonly colour: Float64Array;
  gloss: number;
}

/**
 * @param place relative to the middle of the eyeball, mean head (z forward), whichever way the eye looks
 */
export function shadeEye(point: EyePoint, [x, y, z]: Place, { eyes, seed }: HeadScene): void {
  const { iris, pupil } = eyes;
  const radius = z > 0 ? Math.hypot(x, y) : Infinity;
  const angle = Math.atan2(y, x);
  const inIris = smoothStep(IRIS, IRIS - RIM, radius);
  const inPupil = smoothStep(pupil + 0.03, pupil - 0.03, radius);
  const fibre = 1 + 0.45 * valueNoise(Math.cos(angle) * FIBRES, Math.sin(angle) * FIBRES, seed + radius * 3) + 0.25 * valueNoise(Math.cos(angle) * 3 * FIBRES, Math.sin(angle) * 3 * FIBRES, seed);
  const ring = 1 - 0.75 * smoothStep(IRIS - 0.2, IRIS - 0.03, radius) + 0.35 * smoothStep(pupil + 0.2, pupil, radius);
  const vein = 0.35 * smoothStep(0.7, 1.5, Math.abs(x)) + 0.2 * Math.max(0, valueNoise(x * 5, y * 12, seed));
  for (let channel = 0; channel < 3; channel += 1) {
    const white = WHITE[channel]! * (1 - VEIN[channel]! * vein);
    const coloured = iris[channel]! * fibre * ring * (1 - inPupil) + 0.004;
    point.colour[channel] = white + inIris * (coloured - white);
  }
  // The cornea mirrors the lamp; the white is only moist.
  point.gloss = 1.1 + 2.4 * inIris;
}
