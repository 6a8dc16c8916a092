/** What `mfim face3d` says of a photo: as JSON, and in lines. */
import { headAngles } from '@mfim/face3d';
import type { HeadAngles } from '@mfim/face3d';
import type { OpenFaceFacts } from '@mfim/losses-3dmm';
import { reportFace } from '../swap-report.ts';
import type { FaceReport } from '../swap-report.ts';
import type { FaceReading, FaceNetwork } from './face-network.ts';
import type { ReadPhoto } from './face-workshop.ts';
import { posedHead } from './posed-head.ts';
import type { HeadMask } from './draw-overlay.ts';

/** One face in 3D. */
export interface HeadReport extends FaceReport {
  /** 0 to 1; below 0.5 a face is not believed. */
  readonly confidence: number;
  /** How far off the landmarks are expected to be, in percent of the distance between the eyes. */
  readonly expectedError: number;
  readonly pose: HeadAngles & {
    readonly convention: string;
    /** Row by row, and the head's origin in centimetres: R v + t is in camera axes (x right, y up, z towards the viewer). */
    readonly rotation: readonly number[];
    readonly translation: readonly number[];
  };
  /** A pinhole, in pixels of the photo. */
  readonly camera: { readonly focal: number; readonly centre: readonly number[] };
  /** Standard deviations of the model's modes. */
  readonly identity: Readonly<Record<string, number>>;
  /** 0 to 1. */
  readonly expression: Readonly<Record<string, number>>;
  /** 68 of x, y in pixels; with a basis. */
  readonly landmarks?: readonly (readonly [number, number])[];
}

/** What is left out of a photo. */
export interface DoubtfulReport extends FaceReport {
  readonly confidence: number;
  readonly expectedError: number;
}

/** One photo. */
export interface PhotoReport3d {
  readonly photo: string;
  readonly width: number;
  readonly height: number;
  readonly model: { readonly name: string; readonly folder: string; readonly coefficientsOf: string; readonly basis: boolean };
  readonly faces: readonly HeadReport[];
  /** Found, but read with less confidence than was asked for. */
  readonly doubtful: readonly DoubtfulReport[];
}

/** What the angles of a pose mean, for people. */
export const ANGLES_MEANING = 'degrees as HopeNet has them, R = Rx(-pitch) Ry(-yaw) Rz(-roll): yaw above 0 looks to the left of the picture, pitch above 0 up, roll above 0 leans clockwise';

const PERCENT = 100;
const DIGITS = { coefficient: 4, angle: 2, pixel: 2, confidence: 3, rotation: 6, length: 3 } as const;
/** Expressions below it are no part of a line for people. */
const STRONG = 0.1;
const MOST_STRONG = 6;

const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));
const all = (values: ArrayLike<number>, digits: number): readonly number[] => Array.from(values, (value) => rounded(value, digits));

function doubtOf({ face, confidence, deviation }: FaceReading): DoubtfulReport {
  return { ...reportFace(face), confidence: rounded(confidence, DIGITS.confidence), expectedError: rounded(PERCENT * deviation, DIGITS.pixel) };
}

function landmarksOf(reading: FaceReading, mask: HeadMask | undefined): Pick<HeadReport, 'landmarks'> {
  if (mask === undefined) return {};
  const { landmarks } = posedHead(mask.model, reading);
  return { landmarks: Array.from({ length: landmarks.length / 2 }, (_, index) => [rounded(landmarks[index * 2]!, DIGITS.pixel), rounded(landmarks[index * 2 + 1]!, DIGITS.pixel)] as const) };
}

function headReport(reading: FaceReading, facts: OpenFaceFacts, mask: HeadMask | undefined): HeadReport {
  const { motion, camera, identity, expression } = reading;
  const { yaw, pitch, roll } = headAngles(motion.rotation);
  return {
    ...doubtOf(reading),
    pose: {
      yaw: rounded(yaw, DIGITS.angle),
      pitch: rounded(pitch, DIGITS.angle),
      roll: rounded(roll, DIGITS.angle),
      convention: ANGLES_MEANING,
      rotation: all(motion.rotation, DIGITS.rotation),
      translation: all(motion.translation, DIGITS.length),
    },
    camera: { focal: rounded(camera.focal, DIGITS.pixel), centre: all(camera.centre, DIGITS.pixel) },
    identity: Object.fromEntries(Array.from(identity, (value, mode) => [`identity-${mode}`, rounded(value, DIGITS.coefficient)])),
    expression: Object.fromEntries(Array.from(expression, (value, index) => [facts.expressionNames[index] as string, rounded(value, DIGITS.coefficient)])),
    ...landmarksOf(reading, mask),
  };
}

/** Puts the report of a photo together. */
export function photoReport({ path, photo, confident, doubtful }: ReadPhoto, { facts, folder }: FaceNetwork, mask: HeadMask | undefined): PhotoReport3d {
  return {
    photo: path,
    width: photo.width,
    height: photo.height,
    model: { name: facts.name, folder, coefficientsOf: facts.model, basis: mask !== undefined },
    faces: confident.map((reading) => headReport(reading, facts, mask)),
    doubtful: doubtful.map(doubtOf),
  };
}

/** The strongest expressions, strongest first. */
export function strongestExpressions(expression: HeadReport['expression']): readonly (readonly [name: string, value: number])[] {
  const sorted = Object.entries(expression).toSorted(([, one], [, other]) => other - one);
  return sorted.filter(([, value]) => value >= STRONG).slice(0, MOST_STRONG);
}

/** `+12.3` */
export function signedDegrees(value: number): string {
  return `${value < 0 ? '\u2212' : '+'}${Math.abs(value).toFixed(1)}`;
}

/** A face in three lines. */
export function headLines({ index, box, confidence, expectedError, pose, expression }: HeadReport): readonly string[] {
  const strong = strongestExpressions(expression).map(([name, value]) => `${name} ${value.toFixed(2)}`);
  return [
    `face ${index}  ${box.width}x${box.height} at ${box.x},${box.y}  confidence ${confidence.toFixed(2)}, landmarks expected within ${expectedError.toFixed(1)} % of the eyes' distance`,
    `  yaw ${signedDegrees(pose.yaw)}, pitch ${signedDegrees(pose.pitch)}, roll ${signedDegrees(pose.roll)} degrees`,
    `  ${strong.length === 0 ? 'no strong expression' : strong.join(', ')}`,
  ];
}
