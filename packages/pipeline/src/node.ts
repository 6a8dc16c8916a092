export { folderFiles } from './node/folder-files.ts';
export { nodeRuntime } from './node/node-runtime.ts';
export type { NodeRuntimeOptions } from './node/node-runtime.ts';
