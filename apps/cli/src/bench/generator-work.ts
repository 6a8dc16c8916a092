/**
 * Multiplications of one image through the synthesis network (model facts, section 3: 74.3 GMAC at
 * 1024). A doubling convolution counts at its input's resolution, as a transposed convolution does.
 */
import type { StyleTable } from '@mfim/tensor-contracts';

const KERNEL_AREA = { conv0: 9, conv1: 9, torgb: 1 } as const;

/** Floating-point operations of one image: a multiplication and an addition each. */
export function generatorFlops(table: StyleTable): number {
  let multiplications = 0;
  for (const { layer, resolution, width, outputChannels } of table.entries) {
    const side = layer === 'conv0' ? resolution / 2 : resolution;
    multiplications += KERNEL_AREA[layer] * width * outputChannels * side * side;
  }
  return 2 * multiplications;
}
