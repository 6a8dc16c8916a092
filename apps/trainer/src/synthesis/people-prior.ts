/**
 * What a face recognition network knows of a head: identity coefficients as a linear function of its embedding, by ridge regression over
 * fitted faces. A fit sees one photo, and a lens, a smile or a missed landmark change its identity; what an embedding explains of many
 * fits is the same for every photo of a person. MICA (Zielonka et al. 2022) learns shapes from embeddings, here it is a prior for fits.
 */
import { solvePositive } from '@mfim/face3d';
import { InputError } from '@mfim/tensor-contracts';

/** A fitted face and its embedding. */
export interface EmbeddedFit {
  readonly embedding: ArrayLike<number>;
  readonly identity: ArrayLike<number>;
}

/** identity = slopes (embedding - embeddingMean) + identityMean. */
export interface PeoplePrior {
  readonly embeddingMean: Float64Array;
  readonly identityMean: Float64Array;
  /** [modes, embedding], row by row. */
  readonly slopes: Float64Array;
}

/** What was learned. */
export interface LearnedPeople {
  readonly prior: PeoplePrior;
  /** Share of the variance of the modes, as they are weighted, that embeddings explain of fits they were not learned from. */
  readonly explained: number;
  readonly ridge: number;
}

/** Added to the sum of squares of unit embeddings about their mean; the one that explains most is taken. */
const RIDGES = [0.3, 1, 3, 10, 30] as const;
const FOLDS = 5;
/** With fewer fits than this many times the numbers of an embedding, a line through everything explains nothing. */
const FITS_PER_NUMBER = 3;

function meanRow(rows: readonly ArrayLike<number>[]): Float64Array {
  const mean = new Float64Array(rows[0]!.length);
  for (const row of rows) for (let at = 0; at < mean.length; at += 1) mean[at]! += row[at]! / rows.length;
  return mean;
}

function learnWith(ridge: number, fits: readonly EmbeddedFit[]): PeoplePrior {
  const embeddingMean = meanRow(fits.map(({ embedding }) => embedding));
  const identityMean = meanRow(fits.map(({ identity }) => identity));
  const [width, modes] = [embeddingMean.length, identityMean.length];
  const squares = new Float64Array(width * width);
  const slopes = new Float64Array(modes * width);
  for (const { embedding, identity } of fits) {
    const centred = embeddingMean.map((mean, at) => embedding[at]! - mean);
    for (let row = 0; row < width; row += 1) for (let column = 0; column <= row; column += 1) squares[row * width + column]! += centred[row]! * centred[column]!;
    for (let mode = 0; mode < modes; mode += 1) for (let at = 0; at < width; at += 1) slopes[mode * width + at]! += (identity[mode]! - identityMean[mode]!) * centred[at]!;
  }
  for (let at = 0; at < width; at += 1) squares[at * width + at]! += ridge;
  for (let mode = 0; mode < modes; mode += 1) solvePositive(squares.slice(), slopes.subarray(mode * width, (mode + 1) * width));
  return { embeddingMean, identityMean, slopes };
}

/** The identity that an embedding speaks for. */
export function identityOf({ embeddingMean, identityMean, slopes }: PeoplePrior, embedding: ArrayLike<number>): Float64Array {
  const width = embeddingMean.length;
  return identityMean.map((mean, mode) => embeddingMean.reduce((sum, middle, at) => sum + slopes[mode * width + at]! * (embedding[at]! - middle), mean));
}

/** Squares that are left, and those about the mean, in the sum of the weighted modes. */
function leftOver(ridge: number, fits: readonly EmbeddedFit[], weights: ArrayLike<number>): readonly [left: number, whole: number] {
  const mean = meanRow(fits.map(({ identity }) => identity));
  let [left, whole] = [0, 0];
  for (let fold = 0; fold < FOLDS; fold += 1) {
    const prior = learnWith(ridge, fits.filter((_, place) => place % FOLDS !== fold));
    for (let place = fold; place < fits.length; place += FOLDS) {
      const { embedding, identity } = fits[place]!;
      identityOf(prior, embedding).forEach((said, mode) => {
        left += weights[mode]! * (identity[mode]! - said) ** 2;
        whole += weights[mode]! * (identity[mode]! - mean[mode]!) ** 2;
      });
    }
  }
  return [left, whole];
}

/**
 * Learns it from fits of many people.
 *
 * @param weights of the modes, how much of a head each moves
 * @throws InputError for fewer than three fits for each number of an embedding
 */
export function learnPeople(fits: readonly EmbeddedFit[], weights: ArrayLike<number>): LearnedPeople {
  const fewest = FITS_PER_NUMBER * (fits[0]?.embedding.length ?? 1);
  if (fits.length < fewest) {
    throw new InputError({ where: 'learnPeople', expected: `at least ${fewest} fitted faces`, got: `${fits.length}`, remedy: 'fit more faces first: mfim-train fit' });
  }
  const tried = RIDGES.map((ridge) => {
    const [left, whole] = leftOver(ridge, fits, weights);
    return { ridge, explained: whole === 0 ? 0 : 1 - left / whole };
  });
  const best = tried.reduce((first, second) => (second.explained > first.explained ? second : first));
  return { ...best, prior: learnWith(best.ridge, fits) };
}
