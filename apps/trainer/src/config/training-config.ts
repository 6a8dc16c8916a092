/** The configuration of a training run: one YAML file, validated; unknown keys are refused. */
import { z } from 'zod';
import { ENGINE_CHOICES } from '../engine/engine-names.ts';

const positive = z.number().positive();
const whole = z.number().int().positive();
const weight = z.number().min(0);
const share = z.number().min(0).max(1);

const generator = z.strictObject({
  resolution: whole,
  channels: z.strictObject({ base: whole, maximum: whole }),
});

const encoder = z.strictObject({
  inputResolution: whole,
  stemWidth: whole,
  stages: z.array(z.strictObject({ units: whole, width: whole })).min(1),
  pyramidWidth: whole,
  levels: z.array(z.strictObject({ resolution: whole, codesUpTo: whole })).min(1),
  codeWidth: whole,
  mapWidth: whole,
  mapResolutions: z.array(whole),
  normaliseCodes: z.boolean().optional(),
  /** Who shares an M2C trunk: `level` (default), or `latent` as in pSp, whose imported encoders have it so; e4e also `firstTrunkForAll`. */
  trunks: z.enum(['level', 'latent']).optional(),
  firstTrunkForAll: z.boolean().optional(),
  softening: z
    .strictObject({
      codesUpTo: whole,
      cells: whole,
      centre: z.tuple([z.number(), z.number()]),
      radii: z.tuple([positive, positive]),
      feather: positive,
    })
    .optional(),
});

const discriminator = z.strictObject({ channels: z.strictObject({ base: whole, maximum: whole }) });

/** Sources of other people are chosen among `candidates` by pose and light; the rest as `CompositeFace` says. */
const composite = z.strictObject({
  candidates: whole,
  centre: z.tuple([z.number(), z.number()]),
  radii: z.tuple([positive, positive]),
  feather: positive,
  colourShare: share,
  strength: share,
});

/** Weights of the terms; `from` is the first step at which a term counts. */
const objective = z.strictObject({
  /** Losses but the adversarial one look at images average-pooled to at most this size. */
  lossResolution: whole,
  l1: weight,
  lpips: weight,
  /** L1 and LPIPS once more, on the face alone: `faceCrop`, enlarged twice. A face is a fifth of an aligned image. */
  faceL1: weight,
  faceLpips: weight,
  /** A square as shares of the image's side. */
  faceCrop: z.strictObject({ left: share, top: share, side: share }),
  /** Factor on these four for pairs of two people; the paper's formula has 1. */
  otherIdentity: weight,
  identity: weight,
  identityFrom: z.number().int().min(0),
  /** The identity term counts every so many steps, with its weight multiplied by it. */
  identityInterval: whole,
  /** The identity network looks at a random scale between these, mirrored or not; equal: plainly. */
  identityScales: z.strictObject({ smallest: positive, largest: positive }),
  /** Distillation: a linear probe reads the source's embedding from its style codes (our choice, training only). */
  identityProbe: weight,
  /** Keeps the standard deviation of each source code over the batch above `codeSpreadTarget`. */
  codeSpread: weight,
  codeSpreadTarget: weight,
  /** Steps before this one train the encoder alone, on the probe: about seven times as fast. */
  probeOnlyUntil: z.number().int().min(0),
  /** 3DMM terms by the regressor that `weights` names: shape like the source's, pose and expression like the target's. */
  shape: weight,
  pose: weight,
  expression: weight,
  /** How much each coefficient counts in them: all the same, or by how much of the face it decides (`openFace` knows). */
  coefficientWeighting: z.enum(['even', 'variance']).default('even'),
  adversarial: weight,
  adversarialFrom: z.number().int().min(0),
  r1Gamma: weight,
  r1Interval: whole,
});

const optimiser = z.strictObject({
  generatorRate: positive,
  /** Rate of the encoder's plain (not equalised) weights, about a tenth of the others: they are that much smaller. */
  encoderRate: positive,
  discriminatorRate: positive,
  /** Steps over which the rates rise from 0. */
  warmup: z.number().int().min(0),
  beta1: z.number().min(0).lt(1),
  beta2: z.number().min(0).lt(1),
  /** Half-life of the averaged weights, in thousands of images. */
  averageHalfLifeKimg: positive,
});

/** Whether a 3DMM term counts. */
export function hasCoefficientTerms({ shape, pose, expression }: Pick<z.infer<typeof objective>, 'shape' | 'pose' | 'expression'>): boolean {
  return shape + pose + expression > 0;
}

/** Form of the YAML file. */
export const TRAINING_SCHEMA = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]*$/),
  seed: z.number().int().min(0),
  dataset: z.string(),
  /** Beginnings of origins that are sources only, never targets: faces without a whole background. */
  sourceOnly: z.array(z.string()),
  weights: z.strictObject({
    mobileFaceNet: z.string(),
    squeezeNet: z.string(),
    lpips: z.string(),
    /** One of these two is needed where shape, pose or expression has a weight: the open regressor's folder (models/open-face3d), */
    openFace: z.string().optional(),
    /** or 3DDFA_V2 mb05. */
    threeDdfa: z.string().optional(),
  }),
  engine: z.enum(ENGINE_CHOICES),
  generator,
  encoder,
  discriminator,
  /** Files that parts start from instead of from scratch: checkpoints of this trainer, or safetensors. */
  initialise: z.strictObject({ encoder: z.string().optional(), generator: z.string().optional(), discriminator: z.string().optional() }),
  /** Beginnings of names of parameters that stay as they are: `generator.` freezes the whole generator. */
  frozen: z.array(z.string().min(1)),
  /** Width of the identity network's embedding; MobileFaceNet has 128. */
  identityWidth: whole,
  split: z.strictObject({ targetUpTo: z.number().int().min(0) }),
  batch: whole,
  /** The batch is computed in so many equal parts, whose gradients are averaged: less memory. */
  parts: whole,
  /** Blocks that read or draw `from` pixels or more remember only their inputs, and are run again in the backward pass: less memory, more time. */
  recompute: z.strictObject({ from: whole }).optional(),
  /** Share of pairs whose source is the target itself. */
  sameShare: z.number().min(0).max(1),
  /** Random zoom, shift and colour of the sources (never of the targets): 0 none, 0.1 up to 5 % and 10 %. */
  sourceJitter: z.number().min(0).max(0.5),
  /** Mirror sources at random apart from what is drawn of them: then pose and light must come from the target. False is easier to learn, for a start. */
  mirrorSources: z.boolean().default(true),
  /** Reconstruct, for pairs of two people, the source's inner face in the target's head instead of the target. */
  composite: composite.optional(),
  objective,
  optimiser,
  steps: whole,
  logEvery: whole,
  snapshotEvery: whole,
  saveEvery: whole,
  /** Newest checkpoints that are kept; the best stays as well. */
  keep: whole,
})
  .refine(({ batch, parts }) => batch % parts === 0, { path: ['parts'], error: 'must divide batch' })
  .refine(({ objective: terms, weights: { openFace, threeDdfa } }) => !hasCoefficientTerms(terms) || (openFace === undefined) !== (threeDdfa === undefined), {
    path: ['weights'],
    error: 'for the terms shape, pose and expression name either openFace (a folder of export-face3d, such as models/open-face3d) or threeDdfa (mb05_120x120.pth), and not both',
  })
  .refine(({ objective: terms, weights: { openFace } }) => !hasCoefficientTerms(terms) || terms.coefficientWeighting === 'even' || openFace !== undefined, {
    path: ['objective', 'coefficientWeighting'],
    error: 'variance needs weights.openFace: 3DDFA_V2 does not say what its coefficients decide',
  });

/** A validated configuration. */
export type TrainingConfig = z.infer<typeof TRAINING_SCHEMA>;
