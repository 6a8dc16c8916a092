/**
 * The swap of MFIM: codes at 4..16 from the target, the others from the source. The boundary is a
 * resolution (`split`), so the rule holds for every generator.
 */
import { MFIM_SPLIT, codeOf, entriesOf, styleCodes } from '@mfim/tensor-contracts';
import type { SideSplit, StyleCodes } from '@mfim/tensor-contracts';
import { checkSameTable } from './same-table.ts';

/** What `swapCodes` takes. */
export interface SwapRequest {
  /** Gives pose, structure and background. */
  readonly target: StyleCodes;
  /** Gives the identity. */
  readonly source: StyleCodes;
  /** Default: the split of the paper. Pass the bundle's (`manifest.split`). */
  readonly split?: SideSplit;
}

/**
 * New codes: the target's, with the source's at every identity layer.
 *
 * @throws ShapeError when the two were encoded for different generators.
 */
export function swapCodes({ target, source, split = MFIM_SPLIT }: SwapRequest): StyleCodes {
  checkSameTable('swapCodes', target, source);
  const values = target.values.slice();
  for (const { index, offset } of entriesOf(target.table, 'source', split)) {
    values.set(codeOf(source, index), offset);
  }
  return styleCodes(target.table, values);
}
