/**
 * How much of a crop is pasted at each of its points: all inside, none at the border of the region,
 * a smooth step between. Points are given in the crop's own unit square.
 */

/**
 * `face`: a rounded region around forehead, cheeks and chin of an FFHQ crop. `crop`: all of the crop.
 */
export type PasteRegion = 'face' | 'crop';

/** The face's region in an FFHQ crop: |dx|^p + |dy|^p < 1. Our choice; eyes lie at y = 0.47, the mouth at 0.73. */
const FACE = { x: 0.5, y: 0.57, radiusX: 0.4, radiusY: 0.43, power: 2.5 };

function smoothStep(share: number): number {
  const clamped = share < 0 ? 0 : share > 1 ? 1 : share;
  return clamped * clamped * (3 - 2 * clamped);
}

/** Distance to the border of the face's region, in units of the crop's side; negative outside. */
function insideFace(u: number, v: number): number {
  const across = Math.abs(u - FACE.x) / FACE.radiusX;
  const down = Math.abs(v - FACE.y) / FACE.radiusY;
  const radius = (across ** FACE.power + down ** FACE.power) ** (1 / FACE.power);
  return (1 - radius) * FACE.radiusX;
}

function insideCrop(u: number, v: number): number {
  return Math.min(u, 1 - u, v, 1 - v);
}

/** The weight of the crop at (u, v): 0 outside of the region and of the crop, 1 beyond the feather. */
export function pasteWeight(region: PasteRegion, feather: number, [u, v]: readonly [number, number]): number {
  const border = insideCrop(u, v);
  if (border <= 0) return 0;
  const depth = region === 'crop' ? border : Math.min(border, insideFace(u, v));
  if (depth <= 0) return 0;
  return feather === 0 ? 1 : smoothStep(depth / feather);
}
