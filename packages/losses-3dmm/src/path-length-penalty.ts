/**
 * StyleGAN2's path length regularisation (Karras et al. 2020, section 3.2): a step in latent space should move the image by the
 * same length wherever it is taken.
 *
 *     length_n = sqrt(mean over layers of |d sum(image_n * noise_n) / d latent_n,layer|^2),   noise ~ N(0, 1) / sqrt(H W)
 *     mean'    = mean + decay * (mean over n of length_n - mean)
 *     penalty  = mean over n of (length_n - mean')^2
 *
 * As in StyleGAN2 the new mean is not held constant: gradients flow through it too. The penalty contains a gradient, so its own
 * gradient is a second-order one: call `registerSecondOrderGradients` of @mfim/nn once before training. StyleGAN2 weighs it
 * with 2 and evaluates it every 4 generator steps (`lazyFactor`), on half a batch.
 *
 * Departure: 1e-12 under the root, so that the gradient stays finite where a length is 0.
 */
import * as tf from '@tensorflow/tfjs-core';
import { releasingGradients } from '@mfim/nn';
import { InputError, bindAxes } from '@mfim/tensor-contracts';

/** Draws images [batch, height, width, 3] from latents [batch, layers, width]. */
export type DrawFromLatents = (latents: tf.Tensor) => tf.Tensor;

/** Where and with what the lengths are measured. */
export interface PathLengthInputs {
  /** [batch, layers, width]: a latent for every layer (W+), also where all are the same. */
  readonly latents: tf.Tensor;
  /** N(0, 1) in the image's shape; this function divides it by sqrt(H W). */
  readonly noise: tf.Tensor;
  /** The running mean of the lengths, a scalar; 0 at the start. */
  readonly mean: tf.Tensor;
  /** How fast the mean follows, 0 to 1; StyleGAN2 and the default: 0.01. */
  readonly decay?: number;
}

/** The penalty and what the next step needs. */
export interface PathLengthPenalty {
  /** A scalar, 0 or more. */
  readonly penalty: tf.Scalar;
  /** The new running mean; `tf.keep` it, and pass it to the next call. */
  readonly mean: tf.Scalar;
  /** [batch] */
  readonly lengths: tf.Tensor1D;
}

const PATH_LENGTH_DECAY = 0.01;
const EPSILON = 1e-12;

function checkDecay(decay: number): void {
  if (decay >= 0 && decay <= 1) return;
  throw new InputError({ where: 'pathLengthPenalty', expected: 'a decay from 0 to 1', got: String(decay), remedy: 'leave it out for 0.01' });
}

function pathLengths(draw: DrawFromLatents, { latents, noise }: Pick<PathLengthInputs, 'latents' | 'noise'>): tf.Tensor1D {
  const { gradients } = releasingGradients(() => {
    const image = draw(latents);
    const axes = bindAxes('pathLengthPenalty', { image, noise, latents }, {
      image: 'batch height width channels',
      noise: 'batch height width channels',
      latents: 'batch layers latent',
    });
    const pixels = (axes.get('height') as number) * (axes.get('width') as number);
    return tf.sum(tf.mul(image, tf.mul(noise, 1 / Math.sqrt(pixels))));
  }, [latents]);
  const squares = tf.mean(tf.sum(tf.square(gradients[0] as tf.Tensor), 2), 1);
  return tf.sqrt(tf.add(squares, EPSILON)) as tf.Tensor1D;
}

/**
 * @param draw the generator from W+ to the image; its parameters may be those that an outer `tf.grads` varies
 * @returns the penalty, unweighted, and the new mean
 * @throws ShapeError when latents, noise and image do not fit; InputError when the decay is out of range.
 */
export function pathLengthPenalty(draw: DrawFromLatents, inputs: PathLengthInputs): PathLengthPenalty {
  const { latents, noise, mean, decay = PATH_LENGTH_DECAY } = inputs;
  checkDecay(decay);
  bindAxes('pathLengthPenalty', { latents, noise, mean }, { latents: 'batch layers latent', noise: 'batch height width channels', mean: '' });
  const lengths = pathLengths(draw, { latents, noise });
  const next = tf.add(mean, tf.mul(tf.sub(tf.mean(lengths), mean), decay)) as tf.Scalar;
  return { penalty: tf.mean(tf.square(tf.sub(lengths, next))), mean: next, lengths };
}
