/**
 * total = sum of weight * term (MFIM: w_id L_id + w_recon (L1 + LPIPS) + w_adv L_adv + w_shape L_shape +
 * w_pose L_pose + w_exp L_exp; the paper's weights are not public).
 */
import * as tf from '@tensorflow/tfjs-core';
import { InputError } from '@mfim/tensor-contracts';
import type { Loss, LossInputs } from '@mfim/tensor-contracts';

/** One evaluated term. */
export interface LossTerm {
  readonly name: string;
  /** 0 or more. */
  readonly weight: number;
  readonly value: tf.Tensor;
}

/** The objective and what it is made of. */
export interface WeightedTotal {
  readonly total: tf.Scalar;
  /** The terms without their weights, in the order given; `tf.keep` those that outlive a tidy. */
  readonly terms: ReadonlyMap<string, tf.Tensor>;
}

function refuse(expected: string, got: string): never {
  throw new InputError({ where: 'weightedTotal', expected, got, remedy: 'give every term once, with its weight' });
}

function checkTerm({ name, weight, value }: LossTerm, seen: ReadonlyMap<string, tf.Tensor>): void {
  if (seen.has(name)) refuse('every name once', `'${name}' twice`);
  if (!(weight >= 0 && weight < Infinity)) refuse(`a weight of 0 or more for ${name}`, String(weight));
  if (value.rank !== 0) refuse(`a scalar for ${name}`, `shape [${value.shape.join(', ')}]`);
}

/** Evaluates a loss as a term. */
export function lossTerm(loss: Loss<tf.Tensor>, weight: number, inputs: LossInputs<tf.Tensor>): LossTerm {
  return { name: loss.name, weight, value: loss.evaluate(inputs) };
}

/**
 * Adds up the terms; those of weight 0 are reported but not added.
 *
 * @throws InputError when there is no term, a name comes twice, a weight is negative or not finite,
 *   or a value is not a scalar.
 */
export function weightedTotal(terms: readonly LossTerm[]): WeightedTotal {
  const values = new Map<string, tf.Tensor>();
  for (const term of terms) {
    checkTerm(term, values);
    values.set(term.name, term.value);
  }
  const weighted = terms.filter(({ weight }) => weight > 0).map(({ weight, value }) => tf.mul(value, weight));
  if (weighted.length === 0) refuse('at least one term with a weight above 0', `${terms.length} terms without`);
  return { total: tf.addN(weighted) as tf.Scalar, terms: values };
}
