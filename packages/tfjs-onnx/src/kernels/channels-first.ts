/**
 * The axis orders in which ONNX wants images and filters.
 */
import type { AxisOrder } from '../lowering/wire.ts';

/** NHWC values held as [N, C, H, W]. */
export const CHANNELS_FIRST: AxisOrder = [0, 3, 1, 2];

/** HWIO filters held as [O, I, H, W]. */
export const FILTER_OUT_IN: AxisOrder = [3, 2, 0, 1];

/** HWIO filters held as [I, O, H, W]. */
export const FILTER_IN_OUT: AxisOrder = [2, 3, 0, 1];
