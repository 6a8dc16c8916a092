/** Where hair grows, on the mean head of ICT-FaceKit, and which way: away from the crown. Centimetres. */
import { smoothStep } from '../render/colour.ts';
import { valueNoise } from '../render/value-noise.ts';

/** A place of the mean head. */
export type Place = readonly [number, number, number];

/** The hairline as seen from the side, [z, y]: forehead, temple, sideburn, round the ear, nape. Read off renderings. */
const HAIRLINE = [
  [10, 10.9],
  [8.2, 10.5],
  [6.4, 9.2],
  [5.2, 6.6],
  [4, 4.4],
  [3.2, 1.6],
  [1.9, 1.4],
  [1.2, 5.4],
  [-2.6, 5.2],
  [-3.8, 0.5],
  [-4.6, -3.4],
  [-9, -4.6],
] as const;

/** The crown, from which hair grows. */
export const CROWN = [0, 14.2, -3.2] as const;

/** Half the width of the band in which hair thins out. */
const FRINGE = 0.8;

/** The hairline's height in steps of depth, from `FIRST_DEPTH` on. */
const FIRST_DEPTH = -10;
const STEPS_PER_CENTIMETRE = 20;

function hairlineTable(): Float32Array {
  return Float32Array.from({ length: (HAIRLINE[0][0] + 1 - FIRST_DEPTH) * STEPS_PER_CENTIMETRE }, (_, step) => {
    const z = FIRST_DEPTH + step / STEPS_PER_CENTIMETRE;
    const next = HAIRLINE.findIndex(([depth]) => depth <= z);
    if (next === 0) return HAIRLINE[0][1];
    const after = HAIRLINE.at(next)!;
    const before = HAIRLINE.at(next === -1 ? -1 : next - 1)!;
    return next === -1 ? after[1] : after[1] + ((z - after[0]) / (before[0] - after[0])) * (before[1] - after[1]);
  });
}

const HEIGHTS: Float32Array = /* @__PURE__ */ hairlineTable();

/** Height of the hairline at a depth. */
function hairlineAt(z: number): number {
  const step = Math.round((z - FIRST_DEPTH) * STEPS_PER_CENTIMETRE);
  return HEIGHTS[Math.min(HEIGHTS.length - 1, Math.max(0, step))]!;
}

/**
 * How much hair grows at a place of the mean head, 0 to 1.
 *
 * @param recession how far the hairline is moved back over the forehead
 */
export function hairAt([x, y, z]: Place, recession: number): number {
  const over = y - hairlineAt(z);
  if (over < -3) return 0;
  if (over > 6) return 1;
  const temple = smoothStep(2.5, 6.5, Math.abs(x)) * 0.8;
  const front = smoothStep(3, 7, z) * recession * (1 + temple);
  const ragged = 0.35 * valueNoise(x * 1.7, y * 1.7, z * 1.7) + 0.2 * valueNoise(x * 6, y * 6, z * 6);
  return smoothStep(-FRINGE, FRINGE, over - front + ragged);
}

/** Strand coordinates: the angle about the crown, and the distance from it. */
export function strandAt([x, y, z]: Place): readonly [number, number] {
  const fromX = x - CROWN[0];
  const fromY = y - CROWN[1];
  const fromZ = z - CROWN[2];
  return [Math.atan2(fromX, fromZ), Math.sqrt(fromX * fromX + fromY * fromY + fromZ * fromZ)];
}
