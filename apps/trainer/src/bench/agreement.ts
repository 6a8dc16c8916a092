/** Whether two sides took the same step: terms, every gradient, and how far weights and averages moved. */
import type { StepTerms } from '../run/stage.ts';
import type { HostTensor } from '@mfim/tensor-contracts';
import { InternalError } from '@mfim/tensor-contracts';
import type { NamedTensors } from './torch-tensors.ts';

/** What one side says of the step. */
export interface Trial {
  readonly name: string;
  readonly terms: StepTerms;
  /** gradient.*, parameter.*, average.* */
  readonly tensors: NamedTensors;
}

/** How far one side is from the reference. */
export interface Agreement {
  readonly name: string;
  readonly reference: string;
  /** Largest relative difference of a term. */
  readonly terms: number;
  /** Largest difference of a gradient over that tensor's largest value, and where. */
  readonly gradients: number;
  readonly worstGradient: string;
  /** Differences of what weights and averages moved by, over the moves; each counts by its gradient. */
  readonly moves: number;
}

/** Largest relative difference of terms and gradients. */
const TOLERANCE = 1e-3;
/**
 * A ReLU whose input is zero but for rounding opens on one side and not on the other, and deep networks pass that on: gradients in
 * float32 may be farther from the truth than the tolerance, PyTorch's as well. Ours may be so many times as far as PyTorch's.
 */
const NOISE_FACTOR = 3;
/** A PyTorch that is farther away than this has another fault. */
const MOST_NOISE = 0.03;
/** Of moves: one of a millionth, as slow rates make it in the first steps, is 17 units in the last place of a weight near 1. */
const MOVE_TOLERANCE = 0.05;
/** Terms below this size, and tensors below this share of the largest gradient, are compared with it. */
const SMALL_TERM = 1e-3;
const SMALL_SHARE = 1e-6;

function termError(terms: StepTerms, reference: StepTerms): number {
  const names = new Set([...Object.keys(terms), ...Object.keys(reference)]);
  const errors = Array.from(names, (name) => {
    const [value, wanted] = [terms[name] ?? Number.NaN, reference[name] ?? Number.NaN];
    return Math.abs(value - wanted) / Math.max(Math.abs(wanted), SMALL_TERM);
  });
  return Math.max(...errors);
}

const largest = ({ data }: HostTensor): number => data.reduce((size, value) => Math.max(size, Math.abs(value)), 0);

function entriesOf(tensors: NamedTensors, kind: string): readonly (readonly [string, HostTensor])[] {
  return [...tensors].filter(([name]) => name.startsWith(kind)).map(([name, tensor]) => [name.slice(kind.length), tensor] as const);
}

function tensorOf(trial: Trial, name: string, { shape }: HostTensor): HostTensor {
  const found = trial.tensors.get(name);
  if (found !== undefined && found.shape.join() === shape.join()) return found;
  throw new InternalError({ where: `bench, ${trial.name}`, expected: `${name} [${shape.join(', ')}]`, got: found === undefined ? 'none' : `[${found.shape.join(', ')}]`, remedy: 'report it: the two sides have other networks' });
}

function difference(first: HostTensor, second: HostTensor): number {
  // Math.max passes NaN on, so that it never counts as "no difference".
  return first.data.reduce((size, value, index) => Math.max(size, Math.abs(value - (second.data[index] as number))), 0);
}

function gradientError(trial: Trial, reference: Trial): { readonly gradients: number; readonly worstGradient: string } {
  const wanted = entriesOf(reference.tensors, 'gradient.');
  const least = SMALL_SHARE * Math.max(...wanted.map(([, tensor]) => largest(tensor)));
  let worst = { gradients: 0, worstGradient: 'none' };
  for (const [name, tensor] of wanted) {
    const error = difference(tensorOf(trial, `gradient.${name}`, tensor), tensor) / Math.max(largest(tensor), least);
    // NaN is the worst of all, and stays.
    if (error > worst.gradients || Number.isNaN(error)) worst = { gradients: error, worstGradient: name };
  }
  return worst;
}

/**
 * Adam's first move is the rate times the gradient's sign, so a gradient of nearly zero may move either way: it hardly counts.
 *
 * @param before the weights, and averages, that the step began with
 */
function moveError(trial: Trial, reference: Trial, before: NamedTensors): number {
  let [differences, moves] = [0, 0];
  for (const kind of ['parameter.', 'average.']) {
    for (const [name, wanted] of entriesOf(reference.tensors, kind)) {
      const got = tensorOf(trial, kind + name, wanted);
      const start = before.get(`parameter.${name}`) as HostTensor;
      const gradient = tensorOf(reference, `gradient.${name}`, wanted);
      for (let index = 0; index < wanted.data.length; index += 1) {
        const weight = Math.abs(gradient.data[index] as number);
        differences += weight * Math.abs((got.data[index] as number) - (wanted.data[index] as number));
        moves += weight * Math.abs((wanted.data[index] as number) - (start.data[index] as number));
      }
    }
  }
  return differences / moves;
}

/** Compares a side with the reference. @throws InternalError when it has other tensors */
export function compareTrials(trial: Trial, reference: Trial, before: NamedTensors): Agreement {
  return {
    name: trial.name,
    reference: reference.name,
    terms: termError(trial.terms, reference.terms),
    ...gradientError(trial, reference),
    moves: moveError(trial, reference, before),
  };
}

/**
 * @param noise what float32 alone does to gradients: the error of PyTorch's; 0 where it is not known
 * @throws InternalError when the two sides did not take the same step
 */
export function assertAgreement({ name, reference, terms, gradients, worstGradient, moves }: Agreement, noise: number): void {
  const allowed = Math.max(TOLERANCE, NOISE_FACTOR * Math.min(noise, MOST_NOISE));
  if (terms <= TOLERANCE && gradients <= allowed && moves <= MOVE_TOLERANCE) return;
  const got = `${terms.toExponential(1)} in terms, ${gradients.toExponential(1)} in gradients (${worstGradient}), ${moves.toExponential(1)} in moves`;
  throw new InternalError({
    where: `bench, ${name} against ${reference}`,
    expected: `relative differences of at most ${TOLERANCE} in terms, ${allowed.toPrecision(1)} in gradients, ${MOVE_TOLERANCE} in moves`,
    got,
    remedy: 'believe no time of these two: one of them takes another step',
  });
}
