export { decodePhoto } from './decode-photo.ts';
