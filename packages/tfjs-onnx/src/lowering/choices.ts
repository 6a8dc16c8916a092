/**
 * How a graph is written where there is a choice, so that each can be measured alone. Exports and compiled functions
 * take the defaults.
 */

/** Passes over the recorded calls, over axis orders and factors, and over the finished nodes, in the order in which they run. */
export const PASSES = [
  'drop identities',
  'share equal calls',
  'merge padding',
  'join slopes',
  'fuse biases',
  'fold constants',
  'keep axis orders',
  'pass factors',
  'join moves',
  'share equal nodes',
  'drop unread nodes',
] as const;

/** Name of a pass. */
export type Pass = (typeof PASSES)[number];

/**
 * - `filterGradient`: one product for each tap of the filter; one for all taps side by side (`columns`); or, at stride 1, rows
 *   of taps against columns of taps, in one product (`outer`) or one for each (`pairs`);
 *   or a convolution whose filter is the gradient of the output.
 * - `stridedInputGradient`: ConvTranspose; one Conv for each phase of the output; or one Conv for all and DepthToSpace.
 * - `maximumGradient`: MaxPool's positions and ScatterElements; or comparison of each tap with the maximum, for providers whose
 *   MaxPool gives no positions (WebGPU).
 * - `step`: comparison and choice; or arithmetic of floats only.
 * - `channelBlock`: channels in a block of the ONNX Runtime that will run the graph (see `channelBlock`); 0: it has no blocks, or is
 *   not known. In blocks, filter gradients whose sizes allow it are convolutions over pixels (`emitPixelGradient`).
 */
export interface Choices {
  readonly passes: ReadonlySet<Pass>;
  readonly filterGradient: 'taps' | 'columns' | 'outer' | 'pairs' | 'convolution';
  readonly stridedInputGradient: 'transposed' | 'phases' | 'blocks';
  readonly maximumGradient: 'positions' | 'comparison';
  readonly step: 'comparison' | 'clip' | 'hard sigmoid';
  readonly channelBlock: number;
}

/** What exports and compiled functions use. */
export const DEFAULT_CHOICES: Choices = {
  passes: new Set(PASSES),
  filterGradient: 'pairs',
  stridedInputGradient: 'transposed',
  maximumGradient: 'positions',
  step: 'comparison',
  channelBlock: 0,
};
