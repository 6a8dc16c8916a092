/** Everything that a picture of a head depends on. Colours are linear light; lengths centimetres of the model. */
import type { PerspectiveCamera } from '../camera/perspective.ts';
import type { RigidMotion } from '../camera/rigid-motion.ts';
import type { FaceShape } from '../mesh/morph-vertices.ts';
import type { Colour } from '../render/colour.ts';

/** Skin and lips. */
export interface SkinLook {
  readonly tone: Colour;
  /** 0 to 1 each. */
  readonly flush: number;
  readonly freckles: number;
  readonly shine: number;
  readonly wrinkles: number;
  readonly lips: Colour;
  /** How much of the lips' colour covers the skin's, 0 to 1. */
  readonly lipCover: number;
  /** Shade around the eyes, 0 to 1. */
  readonly eyeShade: number;
  /** 0 shaved to 1 a full, short beard. */
  readonly beard: number;
}

/** Brows. */
export interface BrowLook {
  /** Half height in centimetres. */
  readonly thickness: number;
  readonly density: number;
  /** Up, and how much more at the peak. */
  readonly lift: number;
  readonly arch: number;
}

/** Eyes. */
export interface EyeLook {
  readonly iris: Colour;
  readonly pupil: number;
  readonly lashes: number;
}

/** Hair of the head, brows and beard. */
export interface HairLook {
  readonly colour: Colour;
  /** How far it stands off on top; 0 is a bald head. */
  readonly volume: number;
  /** How far the hairline is moved back. */
  readonly recession: number;
  /** 0 straight to 1 curly. */
  readonly curl: number;
  /** Down to which height it hangs; nothing for short hair. */
  readonly hangsTo: number | undefined;
}

/** Light: harmonics of the surroundings, and one lamp that throws shadows. */
export interface LightLook {
  /** [9, 3], of spherical-harmonics.ts, divided by pi: 1 is a white surface fully lit. */
  readonly surroundings: Float64Array;
  /** Towards the lamp, a unit vector in camera axes. */
  readonly lamp: Colour;
  readonly lampColour: Colour;
}

/** What is behind the head. */
export interface BackgroundLook {
  readonly colours: readonly [Colour, Colour, Colour];
  /** Size of its patches in pictures, and how sharp they are, 0 to 1. */
  readonly patch: number;
  readonly sharpness: number;
}

/** What the camera adds. */
export interface PhotoLook {
  readonly exposure: number;
  /** Factors of red, green, blue. */
  readonly balance: Colour;
  /** Standard deviation of the blur in shares of the picture's side. */
  readonly blur: number;
  /** Noise of a middle grey pixel in levels of 255. */
  readonly noise: number;
  readonly vignette: number;
}

/** One picture. `seed` places the noise of skin, hair and film. */
export interface HeadScene {
  readonly seed: number;
  readonly shape: FaceShape;
  readonly camera: PerspectiveCamera;
  readonly motion: RigidMotion;
  readonly skin: SkinLook;
  readonly brows: BrowLook;
  readonly eyes: EyeLook;
  readonly hair: HairLook;
  readonly clothes: Colour;
  readonly light: LightLook;
  readonly background: BackgroundLook;
  readonly photo: PhotoLook;
}
