export { adversarialDiscriminatorLoss } from './adversarial-discriminator-loss.ts';
export { adversarialGeneratorLoss } from './adversarial-generator-loss.ts';
export { coefficientDistance } from './coefficient-distance.ts';
export type { CoefficientWeights } from './coefficient-distance.ts';
export { cosineDistance } from './cosine-distance.ts';
export { expressionLoss } from './expression-loss.ts';
export { contourLandmarks } from './flame/contour-landmarks.ts';
export type { ContourTable, FlameBasis } from './flame/flame-basis.ts';
export { flameModel, flameParameters } from './flame/flame-model.ts';
export type { FlameParameters } from './flame/flame-model.ts';
export { importedFlameBasis, importedMorphableBasis } from './flame/imported-basis.ts';
export type { ImportedBasis } from './flame/imported-basis.ts';
export { narrowBasis } from './flame/narrow-basis.ts';
export { identityLoss } from './identity-loss.ts';
export { l1Loss } from './l1-loss.ts';
export { lazyFactor, lazyRates } from './lazy-regularisation.ts';
export type { UpdateRates } from './lazy-regularisation.ts';
export { lpipsLoss } from './lpips-loss.ts';
export { placePoints, projectPoints } from './morphable/cameras.ts';
export type { Camera, Placement } from './morphable/cameras.ts';
export { harmonicIrradiance } from './morphable/harmonic-irradiance.ts';
export { linearModelParameters, linearMorphableModel } from './morphable/linear-morphable-model.ts';
export type { LinearModelParameters } from './morphable/linear-morphable-model.ts';
export { meshNormals } from './morphable/mesh-normals.ts';
export { projectLandmarks } from './morphable/project-landmarks.ts';
export type { View } from './morphable/project-landmarks.ts';
export { axisAngleRotations, eulerRotations, sixRotations } from './morphable/rotations.ts';
export { pathLengthPenalty } from './path-length-penalty.ts';
export type { DrawFromLatents, PathLengthInputs, PathLengthPenalty } from './path-length-penalty.ts';
export { poolForLosses } from './pool-for-losses.ts';
export { poseLoss } from './pose-loss.ts';
export { r1Penalty } from './r1-penalty.ts';
export type { Discriminate } from './r1-penalty.ts';
export { COEFFICIENT_WIDTHS, coefficientNetwork, coefficientNetworkSpec, foldCoefficientNetwork } from './regressors/coefficient-network.ts';
export type { CoefficientNetworkParameters, FoldedCoefficientNetwork, SeparableBlockParameters } from './regressors/coefficient-network.ts';
export {
  COEFFICIENT_NETWORK_KEY_MAP,
  coefficientNetworkKeys,
  coefficientNetworkParameters,
  coefficientNetworkState,
  importedCoefficientNetwork,
} from './regressors/coefficient-network-keys.ts';
export { threeDdfaCrop } from './regressors/three-ddfa-crop.ts';
export { threeDdfaRegressor } from './regressors/three-ddfa-regressor.ts';
export type { ThreeDdfaRegressor } from './regressors/three-ddfa-regressor.ts';
export { DECA_WIDTHS, RES_NET_FACE_SIZE, decaCoefficients, decaParameters, decaSpec } from './regressors/deca-regressor.ts';
export type { DecaParameters } from './regressors/deca-regressor.ts';
export { DEEP_3D_WIDTHS, deep3dCoefficients, deep3dParameters, deep3dSpec } from './regressors/deep-3d-regressor.ts';
export type { Deep3dParameters } from './regressors/deep-3d-regressor.ts';
export { decaRegressor, deep3dRegressor } from './regressors/res-net-face-regressors.ts';
export { DECA_KEY_MAP, DEEP_3D_KEY_MAP } from './regressors/res-net-regressor-key-maps.ts';
export { assertConfident, faceConfidences } from './regressors/face-confidence.ts';
export { modeVariances } from './regressors/mode-variance.ts';
export { OPEN_FACE_SQUARE, openFaceFraming } from './regressors/open-face-crop.ts';
export { OPEN_FACE_SIZE, foldOpenFace, openFaceNetwork, openFaceNumbers, openFaceSpec } from './regressors/open-face-network.ts';
export type { FoldedOpenFace, OpenFaceParameters, OpenFaceSize } from './regressors/open-face-network.ts';
export { OPEN_FACE_POSE_WIDTH, openFaceCoefficients, openFacePose, openFaceView } from './regressors/open-face-outputs.ts';
export type { OpenFaceCoefficients } from './regressors/open-face-outputs.ts';
export { openFaceRegressor } from './regressors/open-face-regressor.ts';
export type { OpenFaceChoice, OpenFaceRegressor } from './regressors/open-face-regressor.ts';
export type { Parts } from './regressors/split-parts.ts';
export { shapeLoss } from './shape-loss.ts';
export { coefficientLosses, threeDimensionalLosses } from './three-dimensional-losses.ts';
export type { CoefficientTriple, ThreeDimensionalLosses, ThreeDimensionalWeights } from './three-dimensional-losses.ts';
export { lossTerm, weightedTotal } from './weighted-total.ts';
export type { LossTerm, WeightedTotal } from './weighted-total.ts';
