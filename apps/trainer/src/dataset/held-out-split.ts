/**
 * Which images are never trained on: in every collection those whose names have the smallest SHA-256, so that the same
 * photos give the same split on any machine, in any order, whether or not the run was interrupted. Images that are held
 * out already stay so.
 */
import { InputError } from '@mfim/tensor-contracts';
import type { ImageRecord } from './dataset-index.ts';
import { sha256 } from './dataset-writer.ts';
import type { PhotoCollection } from './photo-collections.ts';

/**
 * @param records - of the whole dataset
 * @returns origins to hold out
 * @throws InputError when a collection has fewer images than it shall hold out
 */
export function heldOutSplit(records: readonly ImageRecord[], collections: readonly PhotoCollection[]): ReadonlySet<string> {
  const chosen = new Set<string>();
  for (const { name, heldOut } of collections) {
    const own = records.filter(({ origin }) => origin.startsWith(`${name}/`));
    if (own.length < heldOut) {
      throw new InputError({
        where: `heldOut of ${name}`,
        expected: `at least ${heldOut} images to hold out`,
        got: `${own.length}`,
        remedy: 'hold out fewer, or add photos; images that were prepared are kept',
      });
    }
    const already = own.filter(({ split }) => split === 'held-out').length;
    const rest = own.filter(({ split }) => split === 'train').map(({ origin }) => ({ origin, order: sha256(origin.slice(name.length + 1)) }));
    const sorted = rest.toSorted((left, right) => (left.order < right.order ? -1 : 1));
    for (const { origin } of sorted.slice(0, Math.max(0, heldOut - already))) chosen.add(origin);
  }
  return chosen;
}
