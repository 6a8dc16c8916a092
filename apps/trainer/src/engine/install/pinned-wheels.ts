/**
 * The TensorFlow wheels that `engine install` knows: file name, bytes and SHA-256 as the Python package index stated them when
 * version 2.21.0 was current. Only the libraries and C headers inside are used, so any Python version's wheel serves.
 */

/** One wheel. */
export interface PinnedWheel {
  readonly distribution: 'tensorflow-cpu' | 'tensorflow';
  readonly version: string;
  /** Node's name of the processor. */
  readonly arch: 'x64' | 'arm64';
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** Version that is installed unless another is asked for. */
export const TENSORFLOW_VERSION = '2.21.0';

/** `tensorflow` for x64 carries CUDA; for arm64 it is the CPU build. */
export const PINNED_WHEELS: readonly PinnedWheel[] = [
  {
    distribution: 'tensorflow-cpu',
    version: '2.21.0',
    arch: 'x64',
    file: 'tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl',
    bytes: 273_829_956,
    sha256: '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
  },
  {
    distribution: 'tensorflow-cpu',
    version: '2.21.0',
    arch: 'x64',
    file: 'tensorflow_cpu-2.21.0-cp312-cp312-manylinux_2_27_x86_64.whl',
    bytes: 274_000_871,
    sha256: 'dcc8afd32930e42d5296b6ee19078b773706830af4ea97fbe503b9f5e0f820cb',
  },
  {
    distribution: 'tensorflow-cpu',
    version: '2.21.0',
    arch: 'x64',
    file: 'tensorflow_cpu-2.21.0-cp313-cp313-manylinux_2_27_x86_64.whl',
    bytes: 274_271_560,
    sha256: '05af7c26d35f4de910b5598c7b507e3981831a7b0f47fed9a405d995d51d7793',
  },
  {
    distribution: 'tensorflow',
    version: '2.21.0',
    arch: 'x64',
    file: 'tensorflow-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl',
    bytes: 572_440_367,
    sha256: '9056fbc9ba04235810b71ae6cbd958a196e8804fb53bbcffbf3e23b56155f124',
  },
  {
    distribution: 'tensorflow',
    version: '2.21.0',
    arch: 'x64',
    file: 'tensorflow-2.21.0-cp312-cp312-manylinux_2_27_x86_64.whl',
    bytes: 572_611_111,
    sha256: 'b3b95643c4e70eb925839938fb35cbe142f317ec84af6844ee61513713bb13c0',
  },
  {
    distribution: 'tensorflow',
    version: '2.21.0',
    arch: 'arm64',
    file: 'tensorflow-2.21.0-cp311-cp311-manylinux_2_27_aarch64.whl',
    bytes: 281_828_020,
    sha256: '4b24aca16d527a3cf1c37f720c04c484c3d20f4d0fdfa98632ac8b9f3be6eb5c',
  },
];
