export { fetchFiles } from './browser/fetch-files.ts';
export type { FetchFilesOptions } from './browser/fetch-files.ts';
export { webRuntime } from './browser/web-runtime.ts';
export type { WebRuntimeOptions } from './browser/web-runtime.ts';
