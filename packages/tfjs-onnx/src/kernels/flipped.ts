/**
 * Filters turned by half a turn: at export when they are constant, else in the graph.
 */
import type { Lowering } from '../lowering/lowering.ts';
import { reverseData } from '../lowering/permute-data.ts';
import { arrange } from '../lowering/wire.ts';
import type { AxisOrder } from '../lowering/wire.ts';
import type { Value } from '../recording/recorded-graph.ts';

const SPATIAL_POSITIONS = [2, 3];
const BEFORE_THE_START = -(2 ** 31 - 1);

/** An HWIO filter in the order `order` (which ends with height and width), reversed along both. */
export function flipped(lowering: Lowering, filter: Value, order: AxisOrder): string {
  const { graph } = lowering;
  const folded = lowering.constantOf(filter, order);
  if (folded !== undefined) {
    const dimensions = arrange(filter.example, order);
    const data = reverseData(folded.data, dimensions, SPATIAL_POSITIONS);
    return graph.store({ name: `${folded.name}/flipped`, type: 'float32', dimensions, data });
  }
  const vectors = [[-1, -1], [BEFORE_THE_START, BEFORE_THE_START], SPATIAL_POSITIONS, [-1, -1]];
  return graph.emit('Slice', [lowering.wire(filter, order), ...vectors.map((vector) => graph.integers(vector))]);
}
