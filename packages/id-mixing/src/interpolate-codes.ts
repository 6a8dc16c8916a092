/** The straight line between two faces in style space: `(1 - t) * first + t * second`, all layers. */
import { InputError, styleCodes } from '@mfim/tensor-contracts';
import type { StyleCodes } from '@mfim/tensor-contracts';
import { blendInto } from './blend-codes.ts';
import { checkSameTable } from './same-table.ts';

/**
 * @param position 0 gives `first`, 1 gives `second`, exactly; beyond them the line goes on
 * @throws InputError when the position is not a finite number.
 * @throws ShapeError when the faces were encoded for different generators.
 */
export function interpolateCodes(first: StyleCodes, second: StyleCodes, position: number): StyleCodes {
  checkSameTable('interpolateCodes', first, second);
  if (!Number.isFinite(position)) {
    throw new InputError({
      where: 'interpolateCodes',
      expected: 'a position that is a finite number',
      got: String(position),
      remedy: 'pass 0 for the first face, 1 for the second, or a number between',
    });
  }
  const values = new Float32Array(first.values.length);
  blendInto(values, [[1 - position, first.values], [position, second.values]]);
  return styleCodes(first.table, values);
}
