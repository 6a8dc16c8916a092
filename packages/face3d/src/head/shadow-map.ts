/** Which places the lamp sees: the head from the lamp's side in parallel rays, nine looks for each place, so that edges are soft. */
import { emptyFrame, rasterise } from '../render/rasterise.ts';
import type { Colour } from '../render/colour.ts';
import { viewFrom } from './ambient-visibility.ts';

const SIZE = 320;
/** Lengths by which a place may lie behind what the lamp sees. */
const BIAS = 0.7;
const SOFTNESS = 1.6;

/** The share of the lamp, 0 to 1, that reaches a place in camera axes. */
export type LampShare = (x: number, y: number, z: number) => number;

/** @param towards the lamp, a unit vector */
export function shadowMap(placed: Float64Array, triangles: Int32Array, towards: Colour): LampShare {
  // Two more places tell how any other place falls on the frame: the view is linear.
  const probes = Float64Array.from([...placed.subarray(0, 3), 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1]);
  const whole = new Float64Array(placed.length + probes.length);
  whole.set(placed);
  whole.set(probes, placed.length);
  const points = viewFrom(whole, towards, SIZE);
  const frame = emptyFrame(SIZE, SIZE);
  rasterise(frame, { points, triangles, perspective: false });
  const at = (probe: number, axis: number): number => points[placed.length + probe * 3 + axis]!;
  const origin = [at(1, 0), at(1, 1), at(1, 2)];
  const steps = [2, 3, 4].map((probe) => [0, 1, 2].map((axis) => at(probe, axis) - origin[axis]!));
  const [alongX, alongY, alongZ] = steps as [number[], number[], number[]];
  return (x, y, z) => {
    const column = origin[0]! + x * alongX[0]! + y * alongY[0]! + z * alongZ[0]!;
    const row = origin[1]! + x * alongX[1]! + y * alongY[1]! + z * alongZ[1]!;
    const nearness = origin[2]! + x * alongX[2]! + y * alongY[2]! + z * alongZ[2]! + BIAS;
    let lit = 0;
    for (let look = 0; look < 9; look += 1) {
      const atColumn = Math.floor(column + SOFTNESS * ((look % 3) - 1));
      const atRow = Math.floor(row + SOFTNESS * (Math.floor(look / 3) - 1));
      const pixel = Math.min(SIZE - 1, Math.max(0, atRow)) * SIZE + Math.min(SIZE - 1, Math.max(0, atColumn));
      if (nearness > frame.nearness[pixel]!) lit += 1;
    }
    return lit / 9;
  };
}
