/**
 * Roles: what the trainer, the evaluator and the pipeline put real networks into. `T` is the tensor
 * type of whoever computes (tfjs in training), so that this package needs no engine.
 */

/** Draws images from style codes (one [batch, width] tensor per style entry) and style maps. */
export interface Generator<T> {
  /** Codes in table order; maps by noise index, each [batch, size, size, 1]. Image: NHWC in [-1, 1]. */
  generate(codes: readonly T[], maps: ReadonlyMap<number, T>): T;
}

/** Turns a face, NHWC in [-1, 1], into style codes and style maps. */
export interface AttributeEncoder<T> {
  encode(image: T): { readonly codes: readonly T[]; readonly maps: ReadonlyMap<number, T> };
}

/** Embeds the identity of an FFHQ-aligned face, NHWC in [-1, 1], as unit vectors [batch, width]. */
export interface IdentityEmbedder<T> {
  readonly name: string;
  embed(image: T): T;
}

/** Deep features of an image, NHWC in [-1, 1], one tensor per tap. */
export interface FeatureNetwork<T> {
  readonly name: string;
  features(image: T): readonly T[];
}

/** 3DMM coefficients of a batch of faces in three parts, each [batch, width of the part]. */
export interface FaceCoefficients<T> {
  readonly shape: T;
  readonly pose: T;
  readonly expression: T;
  /** [batch, 1], 0 to 1: how much to believe them; below `LEAST_CONFIDENCE` not at all. Absent: the regressor does not say. */
  readonly confidence?: T;
}

/** Faces that were read with less confidence are as good as not read. */
export const LEAST_CONFIDENCE = 1 / 2;

/** Regresses the 3DMM coefficients of an FFHQ-aligned face, NHWC in [-1, 1]. */
export interface CoefficientRegressor<T> {
  readonly name: string;
  regress(image: T): FaceCoefficients<T>;
}

/** What a loss term may look at. Images are NHWC in [-1, 1]. */
export interface LossInputs<T> {
  readonly swapped: T;
  readonly source: T;
  readonly target: T;
}

/** One differentiable term of the objective: a scalar, 0 or more unless its file says otherwise. */
export interface Loss<T> {
  readonly name: string;
  evaluate(inputs: LossInputs<T>): T;
}

/** A number about one pair of images; the protocol (network, resize) is part of the name. */
export interface Metric<T> {
  readonly name: string;
  readonly better: 'higher' | 'lower';
  measure(first: T, second: T): Promise<number>;
}
