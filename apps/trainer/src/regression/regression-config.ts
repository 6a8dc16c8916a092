/** The configuration of `mfim-train regress`: the open face regressor from labelled faces, one YAML file, validated; unknown keys are refused. */
import { z } from 'zod';
import { ENGINE_CHOICES } from '../engine/engine-names.ts';

const positive = z.number().positive();
const whole = z.number().int().positive();
const weight = z.number().min(0);
const share = z.number().min(0).max(1);
const SMALLEST_INPUT = 32;

const network = z.strictObject({
  /** Side of the face that the network reads, in pixels. */
  input: z.number().int().min(SMALLEST_INPUT),
  /** Multiplier of MobileNet-V2's channels. */
  width: positive,
  /** Identity modes of the model that are predicted, from the first; the others count in the points. */
  identity: whole,
});

/** Weights of the terms; 0 switches one off. */
const objective = z.strictObject({
  /** Of the 68 landmarks on the picture, in shares of the distance between the outer corners of the eyes. */
  landmarks: weight,
  /** Of points on the head before it is turned, in millimetres. */
  points: weight,
  /** Angle between the rotations, in radians. */
  rotation: weight,
  /** Mean absolute difference. */
  expression: weight,
  /** Mean squared difference, each mode weighted by how much of the head it moves. */
  identity: weight,
  /** Absolute difference of the logarithms of scale and distance. */
  camera: weight,
  /** Negative logarithm of how likely the landmarks' error was; teaches nothing but the confidence. */
  confidence: weight,
});

/** What is done to the faces of a batch; standard deviations are of normal numbers that end at twice them. */
const augmentation = z.strictObject({
  /** How many faces are mirrored, labels and all. */
  mirrored: share.default(0),
  /** Standard deviation of the logarithm of a factor on the size. */
  scale: weight,
  /** Standard deviation of the way, in shares of the image. */
  shift: weight,
  /** Standard deviation of the turn in degrees. */
  roll: weight,
  /** Standard deviation of what is added to all pixels, of which the darkest and the lightest are 2 apart. */
  brightness: weight,
  /** Standard deviations of the logarithms of factors on the differences from grey, and on each colour. */
  contrast: weight,
  colour: weight,
  /** How many faces are made small and large again, and how small at least. */
  blur: z.strictObject({ chance: share, least: share.gt(0) }),
  /** Largest standard deviation of the noise of pixels. */
  noise: weight,
  /** How many faces are partly hidden by a rectangle, and its longest side in shares of the crop. */
  cutout: z.strictObject({ chance: share, longest: share }),
  /** How many faces are cut into tiles and shuffled: no face is left, so that confidence is learned. */
  scrambled: share,
});

const optimiser = z.strictObject({
  rate: positive,
  beta1: z.number().min(0).lt(1),
  beta2: z.number().min(0).lt(1),
  /** Steps in which the rate rises from 0; after them it falls along a cosine to 0 at the last step. */
  warmUp: z.number().int().min(0),
  /** Half-life of the averaged weights, in thousands of images; at most `averageRampUp` of the images so far. */
  averageHalfLifeKimg: positive,
  averageRampUp: positive,
});

/** Form of the YAML file. */
export const REGRESSION_SCHEMA = z.strictObject({
  /** Tells this config from those of other stages. */
  stage: z.literal('regress'),
  name: z.string().regex(/^[a-z0-9][a-z0-9-]*$/),
  seed: z.number().int().min(0),
  /** Folders of `mfim-train synthesise` (exact labels) or datasets with the labels of `mfim-train fit`; drawn from by their sizes. */
  datasets: z.array(z.string()).min(1),
  /** Fitted faces of less confidence are left out. */
  leastConfidence: share,
  /** Folder with the arrays of ICT-FaceKit. */
  model: z.string(),
  /** Points on the face in which the form is compared, evenly taken from its vertices. */
  points: whole,
  engine: z.enum(ENGINE_CHOICES),
  /** A checkpoint of regress, of the same network: its averaged weights are what is trained further. Absent: fresh weights. */
  initialise: z.string().optional(),
  network,
  batch: whole,
  objective,
  /** How much the rotation of a fitted face counts beside that of a rendered one, whose labels are exact. */
  fittedRotation: share.default(1),
  augmentation,
  optimiser,
  /** Held-out faces in a snapshot, and how many are measured. */
  snapshot: z.strictObject({ rows: whole, columns: whole, measured: whole }),
  steps: whole,
  logEvery: whole,
  snapshotEvery: whole,
  saveEvery: whole,
  /** Newest checkpoints that are kept; the best stays as well. */
  keep: whole,
});

/** A validated configuration. */
export type RegressionConfig = z.infer<typeof REGRESSION_SCHEMA>;
