/**
 * A batch in equal parts, for gradient accumulation: each part has its rows of everything that was drawn for the whole,
 * so that parts change the memory of a step and nothing else of what it sees.
 *
 * The discriminator compares groups of up to 4 images, and the members of a group lie far apart in a batch
 * (`minibatchDeviation` of @mfim/nn): a part takes whole groups. Only parts of fewer than 4 images compare fewer, as in stylegan3.
 */
import { MINIBATCH_GROUP } from '@mfim/nn';
import type { LatentDraws, PretrainingDraws } from './draw-pretraining.ts';

/** How a batch is divided. */
export interface BatchDivision {
  readonly batch: number;
  /** A divisor of `batch`. */
  readonly parts: number;
}

/** Rows of one part in the order in which it sees them. */
export function rowsOfPart({ batch, parts }: BatchDivision, part: number): readonly number[] {
  const slots = batch / parts;
  const groups = slots / Math.min(slots, MINIBATCH_GROUP);
  return Array.from({ length: slots }, (_, slot) => {
    const member = Math.floor(slot / groups);
    return member * parts * groups + part * groups + (slot % groups);
  });
}

/** Some rows of an array that holds `count` rows of equal length, one after the other. */
export function takeRows<Values extends Float32Array | Uint8Array>(values: Values, count: number, rows: readonly number[]): Values {
  const width = values.length / count;
  const taken = new (values.constructor as new (length: number) => Values)(rows.length * width);
  for (const [position, row] of rows.entries()) taken.set(values.subarray(row * width, (row + 1) * width), position * width);
  return taken;
}

function latentsOf(draws: LatentDraws, rows: readonly number[]): LatentDraws {
  const take = (values: Float32Array): Float32Array => (values.length === 0 ? values : takeRows(values, draws.batch, rows));
  return { batch: rows.length, crossover: draws.crossover, first: take(draws.first), second: take(draws.second), noise: draws.noise.map(take) };
}

/** What one part sees of a step's draws. */
export function drawsOfPart(draws: PretrainingDraws, division: BatchDivision, part: number): PretrainingDraws {
  if (division.parts === 1) return draws;
  const rows = rowsOfPart(division, part);
  const take = <Entry>(entries: readonly Entry[]): readonly Entry[] => rows.map((row) => entries[row] as Entry);
  const { generator, discriminator, pathLength } = draws;
  const own = {
    generator: { latents: latentsOf(generator.latents, rows), augmentation: take(generator.augmentation) },
    discriminator: { latents: latentsOf(discriminator.latents, rows), fakeAugmentation: take(discriminator.fakeAugmentation), realAugmentation: take(discriminator.realAugmentation) },
  };
  if (pathLength === undefined) return own;
  const few = pathLength.latents.batch / division.parts;
  const fewRows = Array.from({ length: few }, (_, slot) => part * few + slot);
  return { ...own, pathLength: { latents: latentsOf(pathLength.latents, fewRows), imageNoise: takeRows(pathLength.imageNoise, pathLength.latents.batch, fewRows) } };
}
