/** What photos suffer and renderings do not: other light, blur, noise, things in front of the face; and crops that hold no face at all. */
import type { RandomStream } from '../pretraining/random-stream.ts';
import { addNoise } from './pixel-noise.ts';
import type { RegressionConfig } from './regression-config.ts';

type Augmentation = RegressionConfig['augmentation'];

/** A crop [side, side, 3] in [-1, 1], changed in place. */
interface Crop {
  readonly values: Float32Array;
  readonly side: number;
}

/** Normal numbers end at twice their standard deviation. */
const MOST_DEVIATIONS = 2;
const TILES = 4;

/** A normal number that is never far out. */
export function boundedNormal(random: RandomStream): number {
  return Math.min(MOST_DEVIATIONS, Math.max(-MOST_DEVIATIONS, random.normal()));
}

function relight({ values }: Crop, { brightness, contrast, colour }: Augmentation, random: RandomStream): void {
  const added = brightness * boundedNormal(random);
  const factor = Math.exp(contrast * boundedNormal(random));
  const factors = [0, 1, 2].map(() => factor * Math.exp(colour * boundedNormal(random)));
  factors.forEach((own, channel) => {
    for (let at = channel; at < values.length; at += 3) values[at] = values[at]! * own + added;
  });
}

/** Means of squares of a few pixels, [small, small, 3]. */
function squareMeans({ values, side }: Crop, small: number): Float64Array {
  const means = new Float64Array(small * small * 3);
  const [sums, counts] = [new Float32Array(small * small * 3), new Float32Array(small * small)];
  const places = Int32Array.from({ length: side }, (_, index) => Math.floor((index * small) / side));
  for (let pixel = 0; pixel < side * side; pixel += 1) {
    const row = Math.floor(pixel / side);
    const cell = places[row]! * small + places[pixel - row * side]!;
    counts[cell]! += 1;
    for (let channel = 0; channel < 3; channel += 1) sums[cell * 3 + channel]! += values[pixel * 3 + channel]!;
  }
  for (let at = 0; at < means.length; at += 1) means[at] = sums[at]! / counts[Math.floor(at / 3)]!;
  return means;
}

/** Means of squares of a few pixels, and back, bilinearly. */
function blur(crop: Crop, small: number): void {
  const { values, side } = crop;
  const means = squareMeans(crop, small);
  const places = Float64Array.from({ length: side }, (_, index) => Math.min(small - 1, Math.max(0, ((index + 1 / 2) * small) / side - 1 / 2)));
  const firsts = Int32Array.from(places, (place) => Math.min(small - 2, Math.floor(place)));
  for (let pixel = 0; pixel < side * side; pixel += 1) {
    const row = Math.floor(pixel / side);
    const column = pixel - row * side;
    const [across, below] = [places[column]! - firsts[column]!, places[row]! - firsts[row]!];
    const start = (firsts[row]! * small + firsts[column]!) * 3;
    for (let channel = 0; channel < 3; channel += 1) {
      const at = start + channel;
      const upper = means[at]! * (1 - across) + means[at + 3]! * across;
      const lower = means[at + small * 3]! * (1 - across) + means[at + small * 3 + 3]! * across;
      values[pixel * 3 + channel] = upper * (1 - below) + lower * below;
    }
  }
}

/** Something of one colour before the face. */
function hide({ values, side }: Crop, longest: number, random: RandomStream): void {
  const [width, height] = [random.uniform() * longest * side, random.uniform() * longest * side];
  const [left, top] = [random.uniform() * side - width / 2, random.uniform() * side - height / 2];
  const colour = [0, 1, 2].map(() => 2 * random.uniform() - 1);
  for (let row = Math.max(0, Math.round(top)); row < Math.min(side, top + height); row += 1) {
    for (let column = Math.max(0, Math.round(left)); column < Math.min(side, left + width); column += 1) {
      for (let channel = 0; channel < 3; channel += 1) values[(row * side + column) * 3 + channel] = colour[channel]!;
    }
  }
}

/** Tiles in another order. */
function scramble({ values, side }: Crop, random: RandomStream): void {
  const tile = Math.floor(side / TILES);
  const order = Array.from({ length: TILES * TILES }, (_, index) => ({ index, key: random.uniform() })).toSorted((a, b) => a.key - b.key);
  const before = values.slice();
  const start = (index: number): number => (Math.floor(index / TILES) * side + (index % TILES)) * tile;
  order.forEach(({ index }, to) => {
    for (let row = 0; row < tile; row += 1) {
      const from = (start(index) + row * side) * 3;
      values.set(before.subarray(from, from + tile * 3), (start(to) + row * side) * 3);
    }
  });
}

/**
 * @param crop changed in place
 * @returns whether a face is left
 */
export function spoilCrop(crop: Crop, augmentation: Augmentation, random: RandomStream): boolean {
  const { cutout, noise, scrambled } = augmentation;
  const { chance, least } = augmentation.blur;
  const hasFace = random.uniform() >= scrambled;
  if (!hasFace) scramble(crop, random);
  if (random.uniform() < cutout.chance) hide(crop, cutout.longest, random);
  if (random.uniform() < chance) blur(crop, Math.max(2, Math.round(crop.side * (least + (1 - least) * random.uniform()))));
  relight(crop, augmentation, random);
  const deviation = noise * random.uniform();
  if (deviation > 0) addNoise(crop.values, deviation, random);
  for (let at = 0; at < crop.values.length; at += 1) crop.values[at] = Math.min(1, Math.max(-1, crop.values[at]!));
  return hasFace;
}
