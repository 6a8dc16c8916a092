export { decodePhoto } from './decode-photo.ts';
export type { DecodeOptions } from './decode-photo.ts';
export { encodePhoto } from './encode-photo.ts';
export type { EncodedFormat } from './encode-photo.ts';
export { readFaceNetworks } from './read-face-networks.ts';
