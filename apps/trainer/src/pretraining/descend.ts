/**
 * One optimiser step of one network: the gradient of an objective, averaged over the parts of the batch and over processes,
 * through Adam.
 */
import { releasingGradients } from '@mfim/nn';
import * as tf from '@tensorflow/tfjs-core';
import { adamUpdate } from '../training/adam.ts';
import type { AdamRates, AdamState } from '../training/adam.ts';

/** A flat vector with its optimiser. */
export interface Trained {
  readonly parameters: tf.Tensor;
  readonly state: AdamState;
}

/** What is minimised, and what is reported beside it. */
export interface Objective {
  readonly total: tf.Scalar;
  /** Tensors to hand out, by name. */
  readonly terms: Readonly<Record<string, tf.Tensor>>;
}

/** The objective of one part of the batch. What it makes before the function is called is constant in it. */
export type PartObjective = (part: number) => (flat: tf.Tensor) => Objective;

/** How the step is taken. */
export interface DescentOptions {
  readonly rates: AdamRates;
  /** Averages a flat gradient over all processes; absent: one process. */
  readonly allReduceMean?: ((flat: tf.Tensor) => tf.Tensor) | undefined;
  /** Parts of the batch. */
  readonly parts: number;
}

/** `terms` are kept until they are disposed of. */
interface Gradient {
  readonly gradient: tf.Tensor;
  readonly terms: Record<string, tf.Tensor>;
}

function eachTerm(terms: Record<string, tf.Tensor>, change: (term: tf.Tensor, name: string) => tf.Tensor): Record<string, tf.Tensor> {
  const changed = Object.fromEntries(Object.entries(terms).map(([name, term]) => [name, tf.keep(change(term, name))]));
  tf.dispose(terms as never);
  return changed;
}

function gradientOf(parameters: tf.Tensor, objective: (flat: tf.Tensor) => Objective): Gradient {
  let terms: Record<string, tf.Tensor> = {};
  const { gradients } = releasingGradients(() => {
    const { total, terms: found } = objective(parameters);
    terms = Object.fromEntries(Object.entries(found).map(([name, term]) => [name, tf.keep(tf.clone(term))]));
    return total;
  }, [parameters]);
  return { gradient: gradients[0] as tf.Tensor, terms };
}

function added(sum: Gradient, next: Gradient): Gradient {
  const gradient = tf.add(sum.gradient, next.gradient);
  const terms = eachTerm(sum.terms, (term, name) => tf.add(term, next.terms[name] as tf.Tensor));
  tf.dispose([sum.gradient, next.gradient, next.terms] as never);
  return { gradient, terms };
}

/** Means over the parts; each is freed before the next is computed. */
function meanOverParts(parameters: tf.Tensor, objective: PartObjective, parts: number): Gradient {
  let sum = gradientOf(parameters, objective(0));
  for (let part = 1; part < parts; part += 1) sum = added(sum, gradientOf(parameters, objective(part)));
  if (parts === 1) return sum;
  return { gradient: tf.div(sum.gradient, parts), terms: eachTerm(sum.terms, (term) => tf.div(term, parts)) };
}

/**
 * Call it inside `tf.tidy`.
 *
 * @returns the trained vector after the step (the old one stays), and the terms, which the caller disposes of
 */
export function descend(trained: Trained, objective: PartObjective, { rates, allReduceMean, parts }: DescentOptions): { readonly trained: Trained; readonly terms: Record<string, tf.Tensor> } {
  const { gradient, terms } = meanOverParts(trained.parameters, objective, parts);
  return { trained: adamUpdate(trained, allReduceMean === undefined ? gradient : allReduceMean(gradient), rates), terms };
}
