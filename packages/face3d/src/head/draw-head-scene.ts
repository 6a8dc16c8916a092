/** Random heads: shape, expression, pose and camera, and everything about how they look. One stream of randomness, one scene. */
import type { HeadModel } from '../model/head-model.ts';
import { rotationFromEuler } from '../rotation/euler-angles.ts';
import { linearColour, mixColours } from '../render/colour.ts';
import type { Colour } from '../render/colour.ts';
import { drawExpression } from './draw-expression.ts';
import type { HairLook, HeadScene, LightLook, SkinLook } from './head-scene.ts';
import type { RandomSource } from '../random-source.ts';

/** The ten tones of the Monk Skin Tone scale (Ellis Monk and Google, 2022), light to dark. */
const TONES = ['#f6ede4', '#f3e7db', '#f7ead0', '#eadaba', '#d7bd96', '#a07e56', '#825c43', '#604134', '#3a312a', '#292420'];
/** The scale is of swatches; skin of faces is redder: our mix, judged on renderings. */
const BLOOD: Colour = [1.06, 0.86, 0.78];
const HAIRS = ['#0a0807', '#15100d', '#2a1a12', '#4a2f1d', '#6d4a2c', '#a07c4a', '#c8a873', '#7a3b1c', '#8d8882', '#c9c6c2'];
const IRISES = ['#2b1a10', '#3b2414', '#54351c', '#6b4a26', '#7a6a3a', '#5f7048', '#6b8794', '#7d99b8', '#8a9aa3'];
const ROOMS = ['#d9d4cc', '#b7bdc4', '#8f9aa6', '#6f7d6a', '#4d5a4a', '#9b8468', '#6e5a48', '#3d3f46', '#c4cfd8', '#a6b98f', '#7c94b8', '#caa98a', '#2b2e33', '#e6e8ea'];
const CLOTHES = ['#1b1d22', '#2f3a52', '#5a2b2b', '#8a8d90', '#d8d6d0', '#3d5a44', '#6d5a7a', '#b08a5a', '#38414a', '#a8433c'];
const LIPS: Colour = [0.9, 0.5, 0.48];
const LIPSTICK = linearColour('#9c2f3f');

const RADIANS = Math.PI / 180;
const IDENTITY_SPREAD = 0.85;
/** The middle between eyes and mouth, in centimetres of the mean head: what the camera looks at. */
export const FACE_CENTRE = [0, 2.7, 8] as const;
/** What FFHQ's crop of the mean head spans, in centimetres. */
const CROP_SPAN = 25;

/** Luminance of skin that gets the plain exposure, and how far others are levelled. */
const MIDDLE_SKIN = 0.42;
const METERING = 0.4;

const pick = <T>(from: readonly T[], random: RandomSource): T => from[Math.floor(random.uniform() * from.length)]!;
const between = (low: number, high: number, random: RandomSource): number => low + (high - low) * random.uniform();
const clip = (value: number, most: number): number => Math.min(most, Math.max(-most, value));
const scaled = (colour: Colour, by: Colour | number): Colour => [0, 1, 2].map((channel) => colour[channel]! * (typeof by === 'number' ? by : by[channel]!)) as unknown as Colour;

/** A colour between two neighbours of a scale. */
function along(scale: readonly string[], place: number): Colour {
  const at = Math.min(scale.length - 1.001, Math.max(0, place));
  return mixColours(linearColour(scale[Math.floor(at)]!), linearColour(scale[Math.floor(at) + 1]!), at - Math.floor(at));
}

/** Pose and camera: most heads face the camera, some are nearly in profile. */
function drawView(size: number, random: RandomSource): Pick<HeadScene, 'camera' | 'motion'> {
  const yaw = clip((random.uniform() < 0.25 ? 42 : 18) * random.normal(), 80) * RADIANS;
  const pitch = clip(10 * random.normal(), 32) * RADIANS;
  const roll = clip(8 * random.normal(), 30) * RADIANS;
  const rotation = rotationFromEuler('deep3d', { pitch, yaw, roll });
  const distance = 50 * 5 ** random.uniform();
  const [x, y, z] = [0, 1, 2].map((row) => [0, 1, 2].reduce((sum, axis) => sum + rotation[row * 3 + axis]! * FACE_CENTRE[axis]!, 0)) as [number, number, number];
  const focal = (size * distance) / (CROP_SPAN * (1 + 0.09 * random.normal()));
  const shift = (): number => size / 2 + size * clip(0.035 * random.normal(), 0.12);
  return { camera: { focal, centre: [shift(), shift()] }, motion: { rotation, translation: [-x, -y, -distance - z] } };
}

function drawLight(random: RandomSource): LightLook {
  const warmth = 0.12 * random.normal();
  const level = between(0.3, 0.75, random);
  const surroundings = new Float64Array(27);
  const tint = [1 + warmth, 1, 1 - warmth];
  const constant = Math.sqrt(4 / Math.PI) / 2;
  for (let harmonic = 0; harmonic < 9; harmonic += 1) {
    const strength = harmonic === 0 ? 1 : (harmonic < 4 ? 0.28 : 0.1) * random.normal() + (harmonic === 1 ? 0.22 : harmonic === 2 ? 0.12 : 0);
    for (let channel = 0; channel < 3; channel += 1) {
      surroundings[harmonic * 3 + channel] = (level * strength * (harmonic === 0 ? 1 : 1 + 0.04 * random.normal()) * tint[channel]!) / (Math.PI * constant);
    }
  }
  const [azimuth, height] = [50 * RADIANS * random.normal(), between(0, 60, random) * RADIANS];
  const lamp: Colour = [Math.sin(azimuth) * Math.cos(height), Math.sin(height), Math.cos(azimuth) * Math.cos(height)];
  const strength = between(0.15, 0.95, random) * (1.15 - level * 0.6);
  const lampWarmth = 0.1 * random.normal() + 0.06;
  return { surroundings, lamp, lampColour: [strength * (1 + lampWarmth), strength, strength * (1 - lampWarmth)] };
}

function drawSkin(random: RandomSource, painted: boolean): SkinLook & { readonly darkness: number } {
  // From between the second and third tone on: lighter ones are paler than the faces of photos.
  const darkness = 1.6 + 6.2 * random.uniform() ** 1.7;
  const tone = scaled(scaled(along(TONES, darkness), BLOOD), between(0.9, 1.05, random));
  const dark = Math.min(1, Math.max(0, (darkness - 4) / 4));
  const natural = scaled(scaled(tone, LIPS), 0.95 - 0.2 * dark);
  return {
    darkness: dark,
    tone,
    flush: between(0.15, 0.9, random) * (1 - 0.6 * dark),
    freckles: random.uniform() < 0.18 ? random.uniform() * (1 - dark) : 0,
    shine: between(0.12, 0.55, random),
    wrinkles: random.uniform(),
    lips: painted ? mixColours(natural, LIPSTICK, between(0.3, 0.9, random)) : natural,
    lipCover: between(0.55, 0.9, random),
    eyeShade: between(0.1, 0.6, random),
    beard: painted || random.uniform() < 0.4 ? 0 : random.uniform() ** 1.5,
  };
}

function drawHair(random: RandomSource, darkness: number, feminine: boolean): HairLook {
  const grey = random.uniform() < 0.09;
  const colour = grey ? along(HAIRS, between(8, 9, random)) : along(HAIRS, random.uniform() ** 1.3 * (darkness > 0.3 ? 2.6 : 7));
  const bald = !feminine && random.uniform() < 0.14;
  return {
    colour,
    volume: bald ? (random.uniform() < 0.5 ? 0 : 0.25) : between(0.5, 3, random),
    recession: feminine ? between(-0.2, 0.4, random) : Math.max(-0.2, 0.6 + 0.9 * random.normal()),
    curl: random.uniform() ** 2,
    hangsTo: feminine && random.uniform() < 0.8 ? between(-17, -3, random) : undefined,
  };
}

/** A camera opens for dark subjects, though not all the way. */
function metering([red, green, blue]: Colour): number {
  const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  return (MIDDLE_SKIN / luminance) ** METERING;
}

/**
 * Draws a scene.
 *
 * @param size of the picture in pixels; the face fills it about as in FFHQ's crop
 */
export function drawHeadScene(model: HeadModel, size: number, random: RandomSource): HeadScene {
  const modes = model.basis.identity.length / model.basis.mean.length;
  const feminine = random.uniform() < 0.5;
  const { darkness, ...skin } = drawSkin(random, feminine && random.uniform() < 0.5);
  const room = (): Colour => scaled(linearColour(pick(ROOMS, random)), between(0.5, 1, random));
  const warmth = 0.05 * random.normal();
  return {
    seed: Math.floor(random.uniform() * 1000),
    shape: { identity: Float64Array.from({ length: modes }, () => IDENTITY_SPREAD * random.normal()), expression: drawExpression(model.expressionNames, random) },
    ...drawView(size, random),
    skin,
    brows: { thickness: (feminine ? 0.26 : 0.36) * between(0.75, 1.25, random), density: between(0.6, 1.4, random), lift: between(-0.7, -0.15, random), arch: between(0, feminine ? 0.3 : 0.12, random) },
    eyes: { iris: along(IRISES, random.uniform() * (darkness > 0.1 ? 2.2 : 8)), pupil: between(0.16, 0.3, random), lashes: feminine ? between(0.5, 1, random) : between(0.15, 0.6, random) },
    hair: drawHair(random, darkness, feminine),
    clothes: scaled(linearColour(pick(CLOTHES, random)), between(0.5, 1, random)),
    light: drawLight(random),
    background: { colours: [room(), room(), room()], patch: between(0.25, 1.6, random), sharpness: random.uniform() ** 2 },
    photo: { exposure: between(0.95, 1.45, random) * metering(skin.tone), balance: [1 + warmth, 1, 1 - warmth], blur: 0.0012 + 0.005 * random.uniform() ** 3, noise: 0.6 + 4.5 * random.uniform() ** 2, vignette: 0.35 * random.uniform() },
  };
}
