/** Loads sharp, an optional peer dependency, when the first picture is decoded or encoded. */
import { InputError } from '@mfim/tensor-contracts';
import type Sharp from 'sharp';

/** The function that sharp exports. */
export type SharpModule = typeof Sharp;

/** @throws InputError when sharp is not installed. */
export async function loadSharp(): Promise<SharpModule> {
  try {
    return (await import('sharp')).default;
  } catch (cause) {
    throw new InputError({
      where: '@mfim/faces/node',
      expected: 'the package sharp',
      got: 'no such package, or one that does not load here',
      remedy: 'install it: npm install sharp',
      cause,
    });
  }
}
