/**
 * The gradient of bilinear resizing with half-pixel centres for tfjs's cpu backend, whose own (4.22) ignores them: it is the transpose
 * of resizing. TensorFlow's is right, and so are compiled steps; tests that compare these with the cpu backend register this one.
 */
import * as tf from '@tensorflow/tfjs-core';

/** Resizing of one axis as a matrix [to, from]. */
function interpolation(from: number, to: number): tf.Tensor2D {
  const weights = new Float32Array(to * from);
  const add = (row: number, column: number, weight: number): void => {
    weights[row * from + column] = (weights[row * from + column] as number) + weight;
  };
  for (let row = 0; row < to; row += 1) {
    const at = ((row + 0.5) * from) / to - 0.5;
    const first = Math.max(0, Math.floor(at));
    const share = Math.max(0, at - first);
    add(row, first, 1 - share);
    add(row, Math.min(from - 1, Math.ceil(Math.max(0, at))), share);
  }
  return tf.tensor2d(weights, [to, from]);
}

function gradient({ images, dy }: { readonly images: tf.Tensor4D; readonly dy: tf.Tensor4D }): tf.Tensor {
  return tf.tidy(() => {
    const [batch, height, width, channels] = images.shape;
    const [, toHeight, toWidth] = dy.shape;
    const rows = tf.matMul(tf.expandDims(interpolation(height, toHeight), 0), tf.reshape(dy, [batch, toHeight, toWidth * channels]), true, false);
    const columns = tf.matMul(tf.expandDims(interpolation(width, toWidth), 0), tf.reshape(rows, [batch * height, toWidth, channels]), true, false);
    return tf.reshape(columns, [batch, height, width, channels]);
  });
}

/** Replaces the cpu backend's kernel in this process where half-pixel centres are asked for. */
export function registerTrueResizeGradient(): void {
  const place = { kernelName: 'ResizeBilinearGrad', backendName: 'cpu' };
  const own = tf.getKernel(place.kernelName, place.backendName);
  tf.unregisterKernel(place.kernelName, place.backendName);
  tf.registerKernel({
    ...place,
    kernelFunc(call) {
      if (call.attrs?.['halfPixelCenters'] !== true) return own.kernelFunc(call);
      const [images, dy] = ['images', 'dy'].map((name) => tf.engine().makeTensorFromTensorInfo(call.inputs[name] as tf.TensorInfo));
      return gradient({ images: images as tf.Tensor4D, dy: dy as tf.Tensor4D });
    },
  });
}
