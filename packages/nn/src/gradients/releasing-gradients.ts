/**
 * A value and its gradients, like `tf.valueAndGrads`, in about half of its memory: a forward activation, and the gradient with
 * respect to it, are freed as soon as the backward pass has used them. tfjs holds all of them until that pass ends.
 */
import { InputError } from '@mfim/tensor-contracts';
import * as tf from '@tensorflow/tfjs-core';
import { pullBack } from './pull-back.ts';

/** A value and its gradients. */
export interface ValueAndGradients {
  readonly value: tf.Tensor;
  /** In the order and the shapes of the `xs`. */
  readonly gradients: readonly tf.Tensor[];
}

/**
 * May be called inside another gradient: then it is recorded, keeps what that one needs, and can be differentiated in turn.
 *
 * @param run computes the value from `xs`; a value that is no scalar is summed
 * @throws InputError when the value does not depend on one of the `xs`, or an operation on the way has no gradient
 */
export function releasingGradients(run: () => tf.Tensor, xs: readonly tf.Tensor[]): ValueAndGradients {
  const { outputs, gradients } = pullBack(() => [run()], xs, ([value]) => [tf.onesLike(value as tf.Tensor)]);
  const missing = gradients.indexOf(undefined);
  if (missing < 0) return { value: outputs[0] as tf.Tensor, gradients: gradients as tf.Tensor[] };
  tf.dispose([outputs, gradients.filter((gradient) => gradient !== undefined)]);
  throw new InputError({
    where: 'releasingGradients',
    expected: 'a value that depends on each x',
    got: `one that does not depend on x number ${missing} of shape [${xs[missing]?.shape.join(', ')}]`,
    remedy: 'compute everything that leads from x to the value inside the function',
  });
}
