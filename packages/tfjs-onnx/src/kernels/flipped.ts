/**
 * Filters turned by half a turn: at export when they are constant, else in the graph.
 */
import type { Lowering } from '../lowering/lowering.ts';
import { reverseData } from '../lowering/permute-data.ts';
import { arrange, identityOrder } from '../lowering/wire.ts';
import type { Value } from '../recording/recorded-graph.ts';
import { FILTER_IN_OUT } from './channels-first.ts';

const SPATIAL_POSITIONS = [2, 3];
const BEFORE_THE_START = -(2 ** 31 - 1);

/** Some taps of an HWIO filter, `taps[row][column]`, as [in, out, rows, columns]: copied whole, then one transpose. */
export function chosenTaps(lowering: Lowering, filter: Value, taps: readonly (readonly number[])[]): string {
  const { graph } = lowering;
  const [height = 1, width = 1, inputs = 1, outputs = 1] = filter.example;
  const rows = lowering.reshape(lowering.wire(filter), [height * width, inputs, outputs]);
  const chosen = graph.emit('Gather', [rows, graph.integers(taps.flat())], { axis: 0 });
  return graph.emit('Transpose', [lowering.reshape(chosen, [taps.length, taps[0]?.length ?? 0, inputs, outputs])], { perm: [2, 3, 0, 1] });
}

/** Taps in reverse: much less work than reversing items. */
function byRows(lowering: Lowering, filter: Value): string {
  const [height = 1, width = 1] = filter.example;
  const last = height * width - 1;
  return chosenTaps(lowering, filter, Array.from({ length: height }, (_, row) => Array.from({ length: width }, (__, column) => last - row * width - column)));
}

/** An HWIO filter as [in, out, height, width], reversed along both of the last. */
export function flipped(lowering: Lowering, filter: Value): string {
  const { graph } = lowering;
  const folded = lowering.constantOf(filter, FILTER_IN_OUT);
  if (folded !== undefined) {
    const dimensions = arrange(filter.example, FILTER_IN_OUT);
    const data = reverseData(folded.data, dimensions, SPATIAL_POSITIONS);
    return graph.store({ name: `${folded.name}/flipped`, type: 'float32', dimensions, data });
  }
  const [height, width] = filter.example;
  if (height === 1 && width === 1) return lowering.wire(filter, FILTER_IN_OUT);
  if (lowering.isAtHand(filter, identityOrder(filter.example.length))) return byRows(lowering, filter);
  const vectors = [[-1, -1], [BEFORE_THE_START, BEFORE_THE_START], SPATIAL_POSITIONS, [-1, -1]];
  return graph.emit('Slice', [lowering.wire(filter, FILTER_IN_OUT), ...vectors.map((vector) => graph.integers(vector))]);
}
