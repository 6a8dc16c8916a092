export { bindAxes } from './axes.ts';
export type { Shape, Shaped } from './axes.ts';
export { BundleError, FaceError, InputError, InternalError, MfimError, ShapeError } from './errors.ts';
export type { ErrorParts } from './errors.ts';
export { byteImage, signedImage, toBytes, toSigned } from './image.ts';
export type { ByteImage, ImageRange, SignedImage, UnitImage } from './image.ts';
export { onnxRuntime } from './inference.ts';
export type {
  HostTensor,
  InferenceRuntime,
  InferenceSession,
  OnnxRuntimeOptions,
} from './inference.ts';
export { manifestStyleTable, parseManifest } from './manifest.ts';
export type {
  BundleManifest,
  FileContract,
  NetworkContract,
  PortContract,
  StageContract,
} from './manifest.ts';
export { BUNDLE_SCHEMA, MANIFEST_VERSION } from './manifest-schema.ts';
export type {
  LandmarkEmbedding,
  MorphableBasis,
  MorphableCoefficients,
  MorphableModel,
  MorphableWidths,
} from './morphable-model.ts';
export { featurePort, imagePort, mapPortName } from './network-graph.ts';
export type { NetworkGraph } from './network-graph.ts';
export { oneAtATime } from './one-at-a-time.ts';
export type {
  AttributeEncoder,
  CoefficientRegressor,
  FaceCoefficients,
  FeatureNetwork,
  Generator,
  IdentityEmbedder,
  Loss,
  LossInputs,
  Metric,
} from './roles.ts';
export { LEAST_CONFIDENCE } from './roles.ts';
export { checkSchema } from './schema-check.ts';
export type { Schema, SchemaProblem } from './schema-check.ts';
export { MFIM_SPLIT, entriesOf, sideOf } from './split.ts';
export type { Side, SideSplit } from './split.ts';
export { codeOf, styleCodes } from './style-codes.ts';
export type { StyleCodes, StyleMaps } from './style-codes.ts';
export { CONFIG_F, channelsAt, resolutionsUpTo, styleTable } from './style-table.ts';
export type { ChannelPlan, NoiseEntry, StyleEntry, StyleLayer, StyleTable } from './style-table.ts';
