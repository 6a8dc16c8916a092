/** What `engine install` is told. */

/** Options of one installation. */
export interface InstallOptions {
  /** Folder for wheels, libraries and built addons. */
  readonly home: string;
  /** TensorFlow's version. */
  readonly version: string;
  /** A wheel that is already here. */
  readonly from?: string;
  /** Take tfjs-node's own download (TensorFlow 2.9) instead of a wheel. */
  readonly stock: boolean;
  readonly rebuild: boolean;
  /** For cuda: obtain CUDA's and cuDNN's libraries too, from NVIDIA's Python packages. */
  readonly cudaLibraries: boolean;
  readonly say: (line: string) => void;
  readonly onProgress?: (done: number, total: number | undefined) => void;
}

/** The part of the options that a wheel's request takes over. */
export function wheelOptions({ home, version, from, say, onProgress }: InstallOptions): Pick<InstallOptions, 'home' | 'version' | 'from' | 'say' | 'onProgress'> {
  return { home, version, say, ...(from === undefined ? {} : { from }), ...(onProgress === undefined ? {} : { onProgress }) };
}
