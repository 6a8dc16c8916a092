/**
 * Input gradients of convolutions of stride 2 on channel blocks: a convolution for each of the four phases of the result's rows
 * and columns, with the taps that meet it, and one interleaving, which moves whole blocks. Rows and columns that are too many
 * because all phases are of one size are zeros where nothing else reaches them; then the next convolution takes them for its padding.
 */
import type { Lowering } from '../lowering/lowering.ts';
import { chosenTaps } from './flipped.ts';
import type { ConvolutionGeometry } from './convolution-geometry.ts';
import type { InputGradient } from './input-gradients.ts';

const STRIDE = 2;

/** One phase along an axis: its taps in the order of a convolution's window, and the padding of that convolution. */
interface Phase {
  readonly taps: readonly number[];
  readonly before: number;
  readonly after: number;
}

/** The phases of an axis, all of one size. */
interface Axis {
  readonly phases: readonly Phase[];
  /** Items of the result that are too many, at its end. */
  readonly excess: number;
  readonly areZeros: boolean;
}

function axisOf({ input, output, kernel, pads }: ConvolutionGeometry, axis: 0 | 1): Axis {
  const size = Math.ceil(input[axis] / STRIDE);
  const excess = size * STRIDE - input[axis];
  const phases = [0, 1].map((place): Phase & { readonly firstRead: number } => {
    const position = place + pads[axis];
    const [first, moved] = [position % STRIDE, Math.floor(position / STRIDE)];
    const count = Math.max(0, Math.ceil((kernel[axis] - first) / STRIDE));
    const taps = Array.from({ length: count }, (_, tap) => first + STRIDE * (count - 1 - tap));
    // What the last item of the phase reads first.
    return { taps, before: count - 1 - moved, after: size + moved - output[axis], firstRead: size + moved - count };
  });
  return { phases, excess, areZeros: phases.slice(STRIDE - excess).every(({ firstRead }) => firstRead >= output[axis]) };
}

function isPossible({ phases }: Axis): boolean {
  return phases.every(({ taps, before, after }) => taps.length > 0 && before >= 0 && after >= 0);
}

/** Whether sizes and channels allow it. */
export function canUseBlockPhases(lowering: Lowering, { geometry, depthwise, filter, channels }: InputGradient): boolean {
  const { channelBlock: block } = lowering.choices;
  const [, , , outputs = 1] = filter.example;
  const isWhole = block > 0 && channels % block === 0 && (depthwise ? outputs === 1 : outputs % block === 0);
  const { strides, dilations } = geometry;
  return isWhole && strides.every((stride) => stride === STRIDE) && dilations.every((dilation) => dilation === 1) && ([0, 1] as const).every((axis) => isPossible(axisOf(geometry, axis)));
}

function phaseAt(lowering: Lowering, { dy, filter, depthwise, group }: InputGradient, [row, column]: readonly [Phase, Phase]): string {
  const [, width = 1] = filter.example;
  const weights = chosenTaps(lowering, filter, row.taps.map((down) => column.taps.map((right) => down * width + right)));
  const pads = [row.before, column.before, row.after, column.after];
  return lowering.convolve([dy, weights], { kernel_shape: [row.taps.length, column.taps.length], pads, ...(depthwise ? { group } : {}) });
}

/** Emits the nodes and returns the name of [batch, channels, height, width]. */
export function emitBlockPhases(lowering: Lowering, gradient: InputGradient): string {
  const { graph } = lowering;
  const { input } = gradient.geometry;
  const [rows, columns] = [axisOf(gradient.geometry, 0), axisOf(gradient.geometry, 1)];
  const phases = rows.phases.flatMap((row) => columns.phases.map((column) => phaseAt(lowering, gradient, [row, column])));
  const whole = graph.emit('DepthToSpace', [graph.emit('Concat', phases, { axis: 1 })], { blocksize: STRIDE, mode: 'DCR' });
  if (rows.excess + columns.excess === 0) return whole;
  const name = graph.emit('Slice', [whole, graph.integers([0, 0]), graph.integers(input), graph.integers([2, 3])]);
  if (rows.areZeros && columns.areZeros) lowering.endsInZeros(name, { name: whole, rows: rows.excess, columns: columns.excess });
  return name;
}
