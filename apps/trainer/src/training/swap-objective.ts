/**
 * The objective of encoder and generator: identity, L1 and LPIPS (whole image and face), adversarial, the
 * identity probe, 3DMM. One switch a term: a weight of 0 leaves it out.
 */
import { adversarialGeneratorLoss, cosineDistance, poolForLosses, threeDimensionalLosses, weightedTotal } from '@mfim/losses-3dmm';
import { discriminate } from '@mfim/stylegan';
import * as tf from '@tensorflow/tfjs-core';
import type { TrainingConfig } from '../config/training-config.ts';
import { parametersOf } from '../model/flat-network.ts';
import { probeFaces, swapFaces } from '../model/swap-model.ts';
import type { SwapModel } from '../model/swap-model.ts';
import { faceCrop } from './face-crop.ts';
import { identityView } from './identity-view.ts';
import type { IdentityView } from './identity-view.ts';
import type { LossNetworks } from './loss-networks.ts';
import type { ViewFraming } from './view-framing.ts';

/** What one step, or a part of it, looks at. Images [batch, R, R, 3] in [-1, 1]. */
export interface StepInputs {
  readonly source: tf.Tensor;
  readonly target: tf.Tensor;
  /** Unit embeddings of the sources, [batch, width]. */
  readonly sourceIdentity: tf.Tensor;
  /** What the swapped face is compared with: the target, or a composite (see `compositeFace`). */
  readonly wanted: tf.Tensor;
  readonly view: IdentityView;
  /** The view as sampling matrices, which a compiled step takes as inputs. */
  readonly framing?: ViewFraming;
  /** [batch, 1]: 1 where source and target are one image. */
  readonly same: tf.Tensor;
}

/** What the objective is made of. */
export interface ObjectiveContext {
  readonly config: TrainingConfig;
  readonly model: SwapModel;
  readonly networks: LossNetworks;
}

/** The weighted total, its terms, and the faces that were drawn. */
export interface SwapObjective {
  readonly total: tf.Scalar;
  readonly terms: Readonly<Record<string, tf.Scalar>>;
  readonly swapped: tf.Tensor;
}

/** Where the objective is evaluated. */
export interface ObjectivePoint {
  /** The swapper's flat vector. */
  readonly flat: tf.Tensor;
  /** The discriminator's. */
  readonly discriminator: tf.Tensor;
  readonly inputs: StepInputs;
  readonly step: number;
}

const SPREAD_EPSILON = 1e-6;

/** Mean over the batch of per-image distances [batch], other-identity pairs counted by `factor`. */
function weightedMean(distances: tf.Tensor, same: tf.Tensor, factor: number): tf.Scalar {
  const weights = tf.add(tf.mul(tf.reshape(same, [-1]), 1 - factor), factor);
  return tf.mean(tf.mul(distances, weights));
}

/** Whether the identity term counts at this step. */
function isIdentityStep({ objective }: TrainingConfig, step: number): boolean {
  return objective.identity > 0 && step >= objective.identityFrom && step % objective.identityInterval === 0;
}

/** Who the identity network takes the swapped faces for. */
function embedSeen({ embed, embedThrough }: LossNetworks, seen: tf.Tensor, { view, framing }: StepInputs): tf.Tensor {
  return framing === undefined || embedThrough === undefined ? embed(identityView(seen, view)) : embedThrough(seen, framing);
}

/** Whether the discriminator plays at this step. */
export function isAdversarialStep({ objective }: TrainingConfig, step: number): boolean {
  return objective.adversarial > 0 && step >= Math.max(objective.adversarialFrom, objective.probeOnlyUntil);
}

/** What counts at this step beside what always counts: steps of one kind have one objective. */
export function objectiveKind(config: TrainingConfig, step: number): string {
  if (step < config.objective.probeOnlyUntil) return 'probe only';
  const lazy = [...(isIdentityStep(config, step) ? ['identity'] : []), ...(isAdversarialStep(config, step) ? ['adversarial'] : [])];
  return lazy.length === 0 ? 'plain' : lazy.join(' and ');
}

/** The encoder's first lesson: who is it? The sources only, nothing is drawn. */
function probeObjective({ model, config }: ObjectiveContext, { inputs, flat }: ObjectivePoint): SwapObjective {
  const identityProbe = cosineDistance(probeFaces(model, flat, inputs.source), inputs.sourceIdentity);
  return { total: tf.mul(identityProbe, config.objective.identityProbe), terms: { identityProbe }, swapped: tf.zerosLike(inputs.target) };
}

/** How far the swapped faces are from what they should be: on the whole image, and once more on the face. */
function reconstructionTerms({ networks, config }: ObjectiveContext, { wanted, same }: Pick<StepInputs, 'wanted' | 'same'>, swapped: tf.Tensor): Record<string, tf.Scalar> {
  const { objective } = config;
  const meanOf = (distances: tf.Tensor): tf.Scalar => weightedMean(distances, same, objective.otherIdentity);
  const absolute = (first: tf.Tensor, second: tf.Tensor): tf.Scalar => meanOf(tf.mean(tf.abs(tf.sub(first, second)), [1, 2, 3]));
  const terms: Record<string, tf.Scalar> = {};
  if (objective.l1 > 0) terms['l1'] = absolute(swapped, wanted);
  if (objective.lpips > 0) terms['lpips'] = meanOf(networks.perceptual(swapped, wanted));
  if (objective.faceL1 === 0 && objective.faceLpips === 0) return terms;
  const [swappedFace, wantedFace] = [faceCrop(swapped, objective.faceCrop), faceCrop(wanted, objective.faceCrop)];
  if (objective.faceL1 > 0) terms['faceL1'] = absolute(swappedFace, wantedFace);
  if (objective.faceLpips > 0) terms['faceLpips'] = meanOf(networks.perceptual(swappedFace, wantedFace));
  return terms;
}

/** Shape like the source's, pose and expression like the target's. */
function threeDimensionalTerms({ networks, config }: ObjectiveContext, { source, target }: StepInputs, swapped: tf.Tensor): Record<string, tf.Scalar> {
  const { objective } = config;
  const wanted = (['shape', 'pose', 'expression'] as const).filter((name) => objective[name] > 0);
  if (wanted.length === 0 || networks.regressor === undefined) return {};
  const weights = objective.coefficientWeighting === 'variance' ? networks.coefficientWeights : undefined;
  const pool = (image: tf.Tensor): tf.Tensor => poolForLosses(image, objective.lossResolution);
  const losses = threeDimensionalLosses(networks.regressor, { swapped, source: pool(source), target: pool(target) }, weights);
  return Object.fromEntries(wanted.map((name) => [name, losses[name]]));
}

/** How far the codes' standard deviation over the batch stays below `least`, mean over the codes (VICReg's variance term). */
function codeSpread(codes: tf.Tensor, least: number): tf.Scalar {
  const deviation = tf.sqrt(tf.add(tf.moments(codes, 0).variance, SPREAD_EPSILON));
  return tf.mean(tf.relu(tf.sub(least, deviation)));
}

/** The terms and their weighted sum at one point; differentiable with respect to `flat`. */
export function swapObjective(context: ObjectiveContext, point: ObjectivePoint): SwapObjective {
  const { model, networks, config } = context;
  const { objective } = config;
  const { inputs, flat, step } = point;
  if (step < objective.probeOnlyUntil) return probeObjective(context, point);
  const { image: swapped, probe, identityCodes } = swapFaces(model, flat, inputs);
  const seen = poolForLosses(swapped, objective.lossResolution);
  const terms = reconstructionTerms(context, { same: inputs.same, wanted: poolForLosses(inputs.wanted, objective.lossResolution) }, seen);
  if (objective.identityProbe > 0) terms['identityProbe'] = cosineDistance(probe, inputs.sourceIdentity);
  if (objective.codeSpread > 0) terms['codeSpread'] = codeSpread(identityCodes, objective.codeSpreadTarget);
  if (isIdentityStep(config, step)) terms['identity'] = cosineDistance(embedSeen(networks, seen, inputs), inputs.sourceIdentity);
  Object.assign(terms, threeDimensionalTerms(context, inputs, seen));
  if (isAdversarialStep(config, step)) {
    terms['adversarial'] = adversarialGeneratorLoss(discriminate(parametersOf(model.discriminator, point.discriminator), swapped, model));
  }
  const { faceCrop: _, identityScales: __, coefficientWeighting: ___, ...plain } = objective;
  const weights: Readonly<Record<string, number>> = { ...plain, identity: objective.identity * objective.identityInterval };
  const { total } = weightedTotal(Object.entries(terms).map(([name, value]) => ({ name, weight: weights[name] as number, value })));
  return { total, terms, swapped };
}
