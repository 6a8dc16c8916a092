/**
 * The configuration of `mfim-train pretrain`: StyleGAN2 from scratch, one YAML file, validated; unknown keys are refused.
 */
import { MINIBATCH_GROUP } from '@mfim/nn';
import { z } from 'zod';
import { ENGINE_CHOICES } from '../engine/engine-names.ts';

const positive = z.number().positive();
const whole = z.number().int().positive();
const weight = z.number().min(0);
const share = z.number().min(0).max(1);
const channels = z.strictObject({ base: whole, maximum: whole });
const SMALLEST_RESOLUTION = 8;
const SMALLEST_SCORED = 32;

const generator = z.strictObject({
  /** A power of two. The generator goes on to MFIM training only under the same resolution and channels. */
  resolution: whole.refine((size) => size >= SMALLEST_RESOLUTION && Number.isInteger(Math.log2(size)), 'expected a power of two, 8 or more'),
  channels,
  /** StyleGAN2: 8 layers of width 512. */
  mapping: z.strictObject({ layers: whole, width: whole }),
  /** Noise inputs: drawn anew for every image (StyleGAN2; drawn on the host), one stored image, or none. */
  noise: z.enum(['fresh', 'stored', 'none']),
});

const objective = z.strictObject({
  /** Share of steps whose images mix two latents. */
  styleMixing: share,
  r1Gamma: weight,
  r1Interval: whole,
  /** 0 switches path length regularisation off. */
  pathLengthWeight: weight,
  pathLengthInterval: whole,
  pathLengthDecay: share,
  /** The path length term looks at the batch divided by this. */
  pathLengthShrink: whole,
});

const augmentation = z.strictObject({
  /** `adaptive`: p follows the discriminator's overfitting. `fixed`: p stays; 0 switches augmentation off. */
  mode: z.enum(['adaptive', 'fixed']),
  probability: share,
  target: z.number().min(-1).max(1),
  interval: whole,
  kimg: positive,
});

const optimiser = z.strictObject({
  generatorRate: positive,
  discriminatorRate: positive,
  beta1: z.number().min(0).lt(1),
  beta2: z.number().min(0).lt(1),
  /**
   * `separate`: R1 and path length take optimiser steps of their own, rate and betas rescaled by interval / (interval + 1), as
   * StyleGAN2 does. `joint`: their gradients are added to the main ones.
   */
  regularisation: z.enum(['separate', 'joint']),
  /** Half-life of the averaged generator, in thousands of images; at most `averageRampUp` of the images so far. */
  averageHalfLifeKimg: positive,
  averageRampUp: positive,
  /** How much of the mean latent is kept in each step. */
  latentMeanDecay: share,
});

/** What tells the best checkpoint from the others: the distance of generated faces from photos, by features of a fixed network. */
const score = z.strictObject({
  /** Torchvision's SqueezeNet 1.1, its convolutional part. */
  squeezeNet: z.string(),
  /** So many photos and so many generated faces are compared at each snapshot; 0: no checkpoint is kept as the best. */
  images: z.number().int().min(0).refine((images) => images !== 1, 'expected 0, or 2 or more'),
});

const samples = z.strictObject({ rows: whole, columns: whole, truncation: z.number() });

/** Form of the YAML file. */
export const PRETRAINING_SCHEMA = z
  .strictObject({
    /** Tells this config from one of `train`. */
    stage: z.literal('pretrain'),
    name: z.string().regex(/^[a-z0-9][a-z0-9-]*$/),
    seed: z.number().int().min(0),
    dataset: z.string(),
    engine: z.enum(ENGINE_CHOICES),
    generator,
    discriminator: z.strictObject({ channels }),
    batch: whole.refine(
      (batch) => batch <= MINIBATCH_GROUP || batch % MINIBATCH_GROUP === 0,
      `expected ${MINIBATCH_GROUP} or less, or a multiple of it: the discriminator compares groups of ${MINIBATCH_GROUP} images`,
    ),
    /** The batch is computed in so many equal parts, whose gradients are averaged: less memory. */
    parts: whole.default(1),
    /** Blocks that read or draw `from` pixels or more remember only their inputs, and are run again in the backward pass: less memory, more time. */
    recompute: z.strictObject({ from: whole }).optional(),
    /** Mirrors half of the photos. */
    mirror: z.boolean(),
    objective,
    augmentation,
    optimiser,
    samples,
    score: score.optional(),
    steps: whole,
    logEvery: whole,
    snapshotEvery: whole,
    saveEvery: whole,
    /** Newest checkpoints that are kept; the best stays as well. */
    keep: whole,
  })
  .refine(({ batch, parts }) => batch % parts === 0 && (batch / parts <= MINIBATCH_GROUP || (batch / parts) % MINIBATCH_GROUP === 0), {
    path: ['parts'],
    error: `must divide batch into parts of ${MINIBATCH_GROUP} or less, or of a multiple of it`,
  })
  .refine(({ generator: { resolution }, score: { images } = { images: 0 } }) => images === 0 || resolution >= SMALLEST_SCORED, {
    path: ['score', 'images'],
    error: `must be 0 below ${SMALLEST_SCORED} pixels: SqueezeNet sees nothing there`,
  })
  .refine(({ batch, parts, objective: { pathLengthShrink } }) => pathLengthShrink <= batch / parts, {
    path: ['objective', 'pathLengthShrink'],
    error: 'expected at most the batch divided by its parts',
  });

/** A validated configuration. */
export type PretrainingConfig = z.infer<typeof PRETRAINING_SCHEMA>;
