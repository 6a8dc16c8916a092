/** Codes can be exchanged only between faces that speak of the same layers. */
import { ShapeError } from '@mfim/tensor-contracts';
import type { StyleCodes, StyleTable } from '@mfim/tensor-contracts';

function describe({ resolution, plan, totalWidth }: StyleTable): string {
  return `${resolution} pixels, channels ${plan.base}/${plan.maximum}, ${totalWidth} numbers`;
}

/** @throws ShapeError when two faces were encoded for different generators. */
export function checkSameTable(where: string, first: StyleCodes, other: StyleCodes): void {
  const wanted = describe(first.table);
  const got = describe(other.table);
  const whole = [first, other].every(({ table, values }) => table.totalWidth === values.length);
  if (wanted === got && whole) return;
  throw new ShapeError({
    where,
    expected: `codes for ${wanted}`,
    got: whole ? got : `${first.values.length} and ${other.values.length} numbers`,
    remedy: 'encode all faces with the same bundle',
  });
}
