/** A network's parameters as another project stores them. */
import type { HostTensor } from '@mfim/tensor-contracts';
import { toTheirLayout } from './change-layout.ts';
import type { KeyMap } from './key-map.ts';
import { mapKeys } from './map-keys.ts';

/**
 * The inverse of `fromTheirs`: tensors under their names in their layouts, in the order given.
 *
 * @throws InputError that lists every name without a rule; ShapeError when a layout does not fit a tensor.
 */
export function toTheirs(tensors: ReadonlyMap<string, HostTensor>, map: KeyMap): ReadonlyMap<string, HostTensor> {
  return new Map(
    mapKeys(map, tensors.keys()).map(({ ours, theirs, layout }) => [theirs, toTheirLayout(tensors.get(ours) as HostTensor, layout)]),
  );
}
