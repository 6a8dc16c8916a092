export { openFaceIn } from './open-face-in.ts';
export { readIct } from './read-ict.ts';
export type { IctFiles } from './read-ict.ts';
