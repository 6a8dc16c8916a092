/** Bytes of the generator's files as a visitor downloads them. */
import { measuredFigure } from './figure.ts';
import type { Figure } from './figure.ts';
import type { BundleBytes } from '../random-bundle.ts';

const MEGABYTE = 1e6;

/** @param files of a bundle whose weights are stored as float16 */
export function downloadFigure(files: BundleBytes): Figure {
  const stages = Object.entries(files).filter(([name]) => name.startsWith('generator'));
  const parts = Object.fromEntries(stages.map(([name, { length }]) => [`${name} MB`, length / MEGABYTE]));
  return measuredFigure('download', stages.reduce((total, [, { length }]) => total + length, 0) / MEGABYTE, { parts });
}
