export { WITHOUT_TORCH, findTorch } from './find-torch.ts';
export { VALUES, readGoldenFile } from './golden-file.ts';
export type { GoldenFile, GoldenKind } from './golden-file.ts';
export { TOLERANCE, relativeError } from './relative-error.ts';
export { fromTorch, parameterRole, toTorch } from './torch-layout.ts';
export type { Role } from './torch-layout.ts';
