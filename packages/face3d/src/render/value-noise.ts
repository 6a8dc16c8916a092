/** Smooth noise in space: random numbers at whole points (hashed, so that nothing is stored), smoothly interpolated. */

/** A row's share of the hash of its points. The odd constants are those of xxHash32 and of MurmurHash3's finaliser. */
const rowKey = (row: number, slice: number): number => Math.imul(row, 0x85eb_ca77) ^ Math.imul(slice, 0xc2b2_ae3d);

/** In [-1, 1]. */
function hash(column: number, row: number): number {
  let bits = Math.imul(column, 0x9e37_79b1) ^ row;
  bits = Math.imul(bits ^ (bits >>> 15), 0x2c1b_3c6d);
  bits = Math.imul(bits ^ (bits >>> 12), 0x297a_2d39);
  return ((bits ^ (bits >>> 15)) >>> 0) / 2 ** 31 - 1;
}

function line(u: number, column: number, row: number): number {
  const start = hash(column, row);
  return start + u * (hash(column + 1, row) - start);
}

/** In [-1, 1], with features of about the size 1. Another seed is another place of the same field. */
export function valueNoise(x: number, y: number, z: number): number {
  const column = Math.floor(x);
  const row = Math.floor(y);
  const slice = Math.floor(z);
  const s = x - column;
  const t = y - row;
  const r = z - slice;
  const u = s * s * (3 - 2 * s);
  const v = t * t * (3 - 2 * t);
  const near = line(u, column, rowKey(row, slice));
  const front = near + v * (line(u, column, rowKey(row + 1, slice)) - near);
  const far = line(u, column, rowKey(row, slice + 1));
  const back = far + v * (line(u, column, rowKey(row + 1, slice + 1)) - far);
  return front + r * r * (3 - 2 * r) * (back - front);
}
