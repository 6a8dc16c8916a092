export { IR_SE_50, checkEncoderConfig } from './encoder-config.ts';
export type { BackboneStage, EncoderConfig, PyramidLevel } from './encoder-config.ts';
export { encoderGraph } from './encoder-graph.ts';
export { encoderSpec } from './encoder-spec.ts';
export type { EncoderParameters } from './encoder-spec.ts';
export { codesFrom, encode, styleMapsFrom } from './encode.ts';
export type { EncoderContext, Encoding } from './encode.ts';
export { latentMaps } from './latent-maps.ts';
