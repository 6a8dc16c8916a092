/**
 * Histograms of the trained weights and of the size of their gradients, layer by layer, for TensorBoard. The size of a
 * gradient is the root of Adam's second moment (a running mean square, without its bias correction), as log10: a
 * layer that learns nothing stands apart from one that does by decades. Cost: the engine hands out at most 16,384
 * numbers a layer and kind, and a histogram takes about 600 bytes of the event file.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { FlatBucket } from './stage.ts';

/** Numbers of one layer that are looked at. */
export const MOST_NUMBERS = 16_384;
/** Parts of a parameter's name that make a layer: `encoder.body.units.s0_u0`, `generator.convs.b64_conv1`. */
const LAYER_PARTS = 4;

/** A histogram's tag and numbers. */
export interface LayerValues {
  readonly tag: string;
  readonly values: Float32Array;
}

interface Layer {
  readonly name: string;
  readonly ranges: { readonly begin: number; size: number }[];
}

/** The name without its own last part, cut. */
function layerNameOf(parameter: string): string {
  const parts = parameter.split('.');
  return parts.slice(0, Math.max(1, Math.min(LAYER_PARTS, parts.length - 1))).join('.');
}

function layersOf({ names, sizes }: FlatBucket['layout']): readonly Layer[] {
  const layers = new Map<string, Layer>();
  let begin = 0;
  for (const [index, parameter] of names.entries()) {
    const size = sizes[index] as number;
    const name = layerNameOf(parameter);
    const layer = layers.get(name) ?? { name, ranges: [] };
    const last = layer.ranges.at(-1);
    if (last !== undefined && last.begin + last.size === begin) last.size += size;
    else layer.ranges.push({ begin, size });
    layers.set(name, layer);
    begin += size;
  }
  return [...layers.values()];
}

/** Every so many numbers; odd, so that no power of two of channels is looked at in the same place always. */
function strideOf(count: number): number {
  return count <= MOST_NUMBERS ? 1 : Math.ceil(count / MOST_NUMBERS) | 1;
}

async function readLayer(flat: tf.Tensor, { ranges }: Layer): Promise<Float32Array> {
  const sample = tf.tidy(() => {
    const pieces = ranges.map(({ begin, size }) => tf.slice1d(flat as tf.Tensor1D, begin, size));
    const whole = pieces.length === 1 ? (pieces[0] as tf.Tensor1D) : tf.concat1d(pieces);
    return tf.stridedSlice(whole, [0], [whole.size], [strideOf(whole.size)]);
  });
  const values = (await sample.data()) as Float32Array;
  sample.dispose();
  return values;
}

/** Root of a second moment as log10; nothing for parameters that never had a gradient. */
function gradientSizes(secondMoments: Float32Array): Float32Array {
  return secondMoments.filter((value) => value > 0).map((value) => Math.log10(value) / 2);
}

/** One entry for each layer of the buckets that are shown, in their order. */
export async function layerValues(buckets: readonly FlatBucket[]): Promise<readonly LayerValues[]> {
  const found: LayerValues[] = [];
  for (const { layout, flat, shown } of buckets) {
    if (shown === undefined) continue;
    const isWeights = shown.as === 'weights';
    for (const layer of layersOf(layout)) {
      const numbers = await readLayer(flat, layer);
      const values = isWeights ? numbers : gradientSizes(numbers);
      const section = `${isWeights ? 'weights' : 'gradient-log10'}-${shown.network}`;
      if (values.length > 0) found.push({ tag: `${section}/${layer.name}`, values });
    }
  }
  return found;
}
