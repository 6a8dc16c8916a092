/** The configuration of a training run: one YAML file, validated; unknown keys are refused. */
import { z } from 'zod';

const positive = z.number().positive();
const whole = z.number().int().positive();
const weight = z.number().min(0);

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

/** Weights of the terms; `from` is the first step at which a term counts. */
const objective = z.strictObject({
  l1: weight,
  lpips: weight,
  /** Factor on l1 and lpips for pairs of two people; the paper's formula has 1. */
  otherIdentity: weight,
  identity: weight,
  identityFrom: z.number().int().min(0),
  /** The identity term counts every so many steps, with its weight multiplied by it. */
  identityInterval: whole,
  /** Distillation: a linear probe reads the source's embedding from its style codes (our choice, training only). */
  identityProbe: weight,
  /** Steps before this one train the encoder alone, on the probe: about seven times as fast. */
  probeOnlyUntil: z.number().int().min(0),
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

/** Form of the YAML file. */
export const TRAINING_SCHEMA = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]*$/),
  seed: z.number().int().min(0),
  dataset: z.string(),
  /** Beginnings of origins that are sources only, never targets: faces without a whole background. */
  sourceOnly: z.array(z.string()),
  weights: z.strictObject({ mobileFaceNet: z.string(), squeezeNet: z.string(), lpips: z.string() }),
  engine: z.enum(['tensorflow', 'cpu']),
  generator,
  encoder,
  discriminator,
  /** Width of the identity network's embedding; MobileFaceNet has 128. */
  identityWidth: whole,
  split: z.strictObject({ targetUpTo: z.number().int().min(0) }),
  batch: whole,
  /** Share of pairs whose source is the target itself. */
  sameShare: z.number().min(0).max(1),
  /** Random zoom, shift and colour of the sources (never of the targets): 0 none, 0.1 up to 5 % and 10 %. */
  sourceJitter: z.number().min(0).max(0.5),
  objective,
  optimiser,
  steps: whole,
  logEvery: whole,
  snapshotEvery: whole,
  saveEvery: whole,
});

/** A validated configuration. */
export type TrainingConfig = z.infer<typeof TRAINING_SCHEMA>;
