/**
 * Random draws of adaptive discriminator augmentation (Karras et al. 2020, "Training Generative Adversarial Networks with
 * Limited Data", appendix B): pixel blits, geometry and colour ("bgc"), each used with the same probability p. Filtering and
 * corruption are left out, as in the reference's default. Every draw takes the same count of random numbers, whatever p is,
 * so that a stream's place does not depend on p.
 */
import type { RandomStream } from './random-stream.ts';

/** What happens to one image, in the order of application. Every field has a value that changes nothing. */
export interface ImageDraw {
  /** Mirrored left-right. */
  readonly mirrored: boolean;
  /** Quarter turns, 0 to 3. */
  readonly quarterTurns: number;
  /** Shift in whole pixels: right, down. */
  readonly pixels: readonly [number, number];
  /** Isotropic scale; 1: none. */
  readonly scale: number;
  /** Rotation before and after the stretch, in radians. */
  readonly turnBefore: number;
  /** Width times this, height divided by it. */
  readonly stretch: number;
  readonly turnAfter: number;
  /** Shift as a share of the side: right, down. */
  readonly shift: readonly [number, number];
  /** Added to every channel, in the image's units ([-1, 1]). */
  readonly brightness: number;
  /** Factor on every channel about grey. */
  readonly contrast: number;
  /** Brightness turned upside down, hue kept. */
  readonly lumaFlipped: boolean;
  /** Rotation about the grey axis, in radians. */
  readonly hue: number;
  /** Factor on the distance from the grey axis. */
  readonly saturation: number;
}

/** Draws of one batch, image by image. */
export type AugmentationDraws = readonly ImageDraw[];

/** What to draw for. */
export interface DrawRequest {
  readonly batch: number;
  /** Chance of each transformation, 0 to 1. */
  readonly probability: number;
  /** Side of the images in pixels, for shifts in whole pixels. */
  readonly size: number;
}

/** Strengths, all as in the reference implementation. */
const SHIFT_LIMIT = 0.125;
const SCALE_DEVIATION = 0.2;
const STRETCH_DEVIATION = 0.2;
const SHIFT_DEVIATION = 0.125;
const BRIGHTNESS_DEVIATION = 0.2;
const CONTRAST_DEVIATION = 0.5;
const SATURATION_DEVIATION = 1;
const QUARTERS = 4;

/** The draw that changes nothing. */
export const IDENTITY_DRAW: ImageDraw = {
  mirrored: false,
  quarterTurns: 0,
  pixels: [0, 0],
  scale: 1,
  turnBefore: 0,
  stretch: 1,
  turnAfter: 0,
  shift: [0, 0],
  brightness: 0,
  contrast: 1,
  lumaFlipped: false,
  hue: 0,
  saturation: 1,
};

function drawImage({ uniform, normal }: RandomStream, { probability, size }: DrawRequest): ImageDraw {
  const maybe = <Value>(value: Value, none: Value, chance = probability): Value => (uniform() < chance ? value : none);
  const angle = (): number => (uniform() * 2 - 1) * Math.PI;
  const pixels = (): number => Math.round((uniform() * 2 - 1) * SHIFT_LIMIT * size);
  const power = (deviation: number): number => 2 ** (normal() * deviation);
  // Two turns, each with this chance: together at least one happens with probability p.
  const turnChance = 1 - Math.sqrt(1 - probability);
  return {
    mirrored: maybe(uniform() < 0.5, false),
    quarterTurns: maybe(Math.floor(uniform() * QUARTERS), 0),
    pixels: maybe<readonly [number, number]>([pixels(), pixels()], [0, 0]),
    scale: maybe(power(SCALE_DEVIATION), 1),
    turnBefore: maybe(angle(), 0, turnChance),
    stretch: maybe(power(STRETCH_DEVIATION), 1),
    turnAfter: maybe(angle(), 0, turnChance),
    shift: maybe<readonly [number, number]>([normal() * SHIFT_DEVIATION, normal() * SHIFT_DEVIATION], [0, 0]),
    brightness: maybe(normal() * BRIGHTNESS_DEVIATION, 0),
    contrast: maybe(power(CONTRAST_DEVIATION), 1),
    lumaFlipped: maybe(uniform() < 0.5, false),
    hue: maybe(angle(), 0),
    saturation: maybe(power(SATURATION_DEVIATION), 1),
  };
}

/** Draws for a whole batch. */
export function drawAugmentation(random: RandomStream, request: DrawRequest): AugmentationDraws {
  return Array.from({ length: request.batch }, () => drawImage(random, request));
}
