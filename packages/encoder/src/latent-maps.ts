/**
 * Face -> hierarchical latent maps: IR-SE body, then a feature pyramid (pSp: lateral 1x1, top-down
 * bilinear with aligned corners, sum). Departure from pSp: the coarsest map has a lateral too, so
 * that all latent maps have one width.
 */
import * as tf from '@tensorflow/tfjs-core';
import { bindAxes } from '@mfim/tensor-contracts';
import { batchNorm, paddedConv3, recomputed, residualUnit } from '@mfim/nn';
import type { ResidualUnitParameters } from '@mfim/nn';
import { stageResolution } from './encoder-config.ts';
import type { EncoderConfig } from './encoder-config.ts';
import type { EncoderParameters } from './encoder-spec.ts';

interface Features {
  /** [batch, size, size, channels] */
  readonly x: tf.Tensor;
  readonly [name: string]: tf.Tensor;
}

function stemLayer({ conv, norm, slope }: EncoderParameters['body']['stem'], { x }: Features): Features {
  return { x: tf.tidy(() => tf.prelu(batchNorm(norm, paddedConv3(x, conv, 1)), slope)) };
}

function unitOf(stride: 1 | 2): (parameters: ResidualUnitParameters, features: Features) => Features {
  return (parameters, { x }) => ({ x: tf.tidy(() => residualUnit(parameters, x, stride)) });
}

/** Features of the stem and of every stage, by resolution. */
function backbone(parameters: EncoderParameters['body'], config: EncoderConfig, image: tf.Tensor): Map<number, tf.Tensor> {
  const { stem, units } = parameters;
  const { inputResolution, recomputeFrom = Number.POSITIVE_INFINITY } = config;
  let { x } = (inputResolution >= recomputeFrom ? recomputed(stemLayer) : stemLayer)(stem, { x: image });
  const features = new Map([[inputResolution, x]]);
  config.stages.forEach(({ units: count }, stage) => {
    for (let unit = 0; unit < count; unit += 1) {
      const tensors = units[`s${stage}_u${unit}`] as ResidualUnitParameters;
      const run = unitOf(unit === 0 ? 2 : 1);
      ({ x } = ((x.shape[1] as number) >= recomputeFrom ? recomputed(run) : run)(tensors, { x }));
    }
    features.set(stageResolution(config, stage), x);
  });
  return features;
}

/**
 * @param image [batch, size, size, 3] in [-1, 1]
 * @returns latent maps by resolution, coarse to fine, each [batch, r, r, pyramidWidth]
 * @throws ShapeError when the image is not of the configured size
 */
export function latentMaps(parameters: EncoderParameters, config: EncoderConfig, image: tf.Tensor): ReadonlyMap<number, tf.Tensor> {
  const size = config.inputResolution;
  bindAxes('latentMaps', { image }, { image: `batch ${size} ${size} 3` });
  const features = backbone(parameters.body, config, image);
  const maps = new Map<number, tf.Tensor>();
  let above: tf.Tensor | undefined;
  for (const { resolution } of config.levels) {
    const { weight, bias } = parameters.laterals[`r${resolution}`] as EncoderParameters['laterals'][string];
    const feature = features.get(resolution) as tf.Tensor4D;
    let map: tf.Tensor = tf.add(tf.conv2d(feature, weight as tf.Tensor4D, 1, 'valid'), bias);
    if (above !== undefined) map = tf.add(tf.image.resizeBilinear(above as tf.Tensor4D, [resolution, resolution], true), map);
    maps.set(resolution, map);
    above = map;
  }
  return maps;
}
