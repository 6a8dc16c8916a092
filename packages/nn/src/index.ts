export { batchNorm, batchNormSpec, convBatchNorm, foldBatchNorm, observeBatchNorms } from './batch-norm.ts';
export type { BatchNormParameters, BatchStatistics } from './batch-norm.ts';
export { convWeightSpec, equalizedConv2d, equalizedGain } from './equalized-conv.ts';
export type { ConvSize, EqualizedMove } from './equalized-conv.ts';
export { equalizedLinear, linearSpec } from './equalized-linear.ts';
export type { LinearParameters, LinearSize } from './equalized-linear.ts';
export { blur, upsample2d } from './fir.ts';
export type { BlurOptions } from './fir.ts';
export { biasedRelu } from './gradients/biased-relu.ts';
export { recomputed } from './gradients/recomputed.ts';
export type { NamedTensors } from './gradients/recomputed.ts';
export { registerSecondOrderGradients } from './gradients/register-second-order-gradients.ts';
export { releasingGradients } from './gradients/releasing-gradients.ts';
export type { ValueAndGradients } from './gradients/releasing-gradients.ts';
export { ACTIVATION_GAIN, STYLEGAN_SLOPE, biasActivation } from './leaky-relu.ts';
export { MINIBATCH_GROUP, minibatchDeviation } from './minibatch-deviation.ts';
export { modulatedConv2d } from './modulated-conv.ts';
export type { ModulatedInputs, ModulatedOptions } from './modulated-conv.ts';
export { paddedConv2d } from './padded-conv.ts';
export type { ConvMove } from './padded-conv.ts';
export {
  bufferOf,
  constantSpec,
  countParameters,
  fillParameters,
  flattenParameters,
  flattenSpecs,
  initialParameters,
  normalSpec,
} from './parameters.ts';
export type { ParameterSpec, ParameterTree, ParametersOf, SpecTree } from './parameters.ts';
export { pixelNorm } from './pixel-norm.ts';
export { heConvSpec, paddedConv3, preluSpec, residualUnit, residualUnitSpec } from './residual-unit.ts';
export type { ResidualUnitParameters, ResidualUnitSize } from './residual-unit.ts';
export { seededNormal } from './seeded-normal.ts';
export type { NormalSource } from './seeded-normal.ts';
export { squeezeExcite, squeezeExciteSpec } from './squeeze-excite.ts';
export type { SqueezeExciteParameters } from './squeeze-excite.ts';
export { ARC_FACE_SIZE, arcFaceCrop, cropWeights } from './feature-networks/arc-face-crop.ts';
export { FRAMING_SIZE, fixedCrop } from './feature-networks/fixed-crop.ts';
export type { CropFraming } from './feature-networks/fixed-crop.ts';
export { activeConv2d, biasedConv2d } from './feature-networks/biased-conv.ts';
export { foldNorms, foldedParameters, kernelSpec, normedConvSpec } from './feature-networks/folded-norms.ts';
export type { Folded } from './feature-networks/folded-norms.ts';
export { IR_SE_50, irSeNet, irSeNetParameters, irSeNetSpec } from './feature-networks/ir-se-net.ts';
export type { IrSeNetParameters, IrSeNetSize } from './feature-networks/ir-se-net.ts';
export { irSeNetEmbedder } from './feature-networks/ir-se-net-embedder.ts';
export { irSeNetKeyMap } from './feature-networks/ir-se-net-key-map.ts';
export { lpips } from './feature-networks/lpips.ts';
export type { LpipsParameters } from './feature-networks/lpips.ts';
export { lpipsKeyMaps } from './feature-networks/lpips-key-map.ts';
export { lpipsParameters, squeezeNetParameters } from './feature-networks/lpips-parameters.ts';
export { importedLpipsParameters, lpipsSpec } from './feature-networks/lpips-spec.ts';
export { lpipsTaps } from './feature-networks/lpips-trunk.ts';
export type { LpipsTrunk, LpipsTrunkName } from './feature-networks/lpips-trunk.ts';
export { MOBILE_FACE_NET_STAGES, mobileFaceNet } from './feature-networks/mobile-face-net.ts';
export type { MobileFaceNetParameters } from './feature-networks/mobile-face-net.ts';
export { mobileFaceNetEmbedder } from './feature-networks/mobile-face-net-embedder.ts';
export { mobileFaceNetParameters } from './feature-networks/mobile-face-net-parameters.ts';
export { MOBILE_FACE_NET_KEY_MAP, mobileFaceNetSpec } from './feature-networks/mobile-face-net-spec.ts';
export { RES_NET_50, resNet, resNetFeatures, resNetParameters, resNetSpec } from './feature-networks/res-net.ts';
export type { ResNetParameters, ResNetSize } from './feature-networks/res-net.ts';
export { BATCH_COUNTERS, NORM_PARTS, RES_NET_PLACEHOLDERS, resNetRules } from './feature-networks/res-net-key-map.ts';
export { sFace, sFaceParameters, sFaceSpec } from './feature-networks/s-face.ts';
export type { SFaceParameters } from './feature-networks/s-face.ts';
export { sFaceEmbedder } from './feature-networks/s-face-embedder.ts';
export { S_FACE_KEY_MAP } from './feature-networks/s-face-key-map.ts';
export { SQUEEZE_NET_SLICES, SQUEEZE_NET_WIDTHS, squeezeNetTaps } from './feature-networks/squeeze-net.ts';
export type { SqueezeNetParameters } from './feature-networks/squeeze-net.ts';
export type { ConvolutionParameters, WeightState } from './feature-networks/weight-state.ts';
