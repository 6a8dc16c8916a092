/** A sheet of held-out faces with their landmarks: the labels', and over them the regressed ones. */
import sharp from 'sharp';
import { OPEN_FACE_SQUARE } from '@mfim/losses-3dmm';

/** One crop with two sets of landmarks. */
export interface MarkedFace {
  /** [input, input, 3] in [-1, 1]. */
  readonly crop: Float32Array;
  /** 68 of x, y in shares of the whole image. */
  readonly labelled: ArrayLike<number>;
  readonly regressed: ArrayLike<number>;
}

const HALF_BYTE = 127.5;
const LABELLED = [255, 80, 60] as const;
const REGRESSED = [60, 255, 120] as const;
/** Crops are enlarged so many times: a landmark is one pixel of the enlarged crop, and its neighbours. */
const ENLARGED = 2;

function mark(tile: Uint8Array, side: number, { points, colour }: { readonly points: ArrayLike<number>; readonly colour: readonly number[] }): void {
  const { centreX, centreY, side: square } = OPEN_FACE_SQUARE;
  for (let at = 0; at < points.length; at += 2) {
    const column = Math.floor(((points[at]! - centreX) / square + 1 / 2) * side);
    const row = Math.floor(((points[at + 1]! - centreY) / square + 1 / 2) * side);
    if (column >= 0 && row >= 0 && column < side && row < side) tile.set(colour, (row * side + column) * 3);
  }
}

async function tileOf({ crop, labelled, regressed }: MarkedFace, input: number): Promise<Uint8Array> {
  const bytes = Uint8Array.from(crop, (value) => Math.min(255, Math.max(0, Math.round((value + 1) * HALF_BYTE))));
  const side = input * ENLARGED;
  const tile = new Uint8Array(await sharp(bytes, { raw: { width: input, height: input, channels: 3 } }).resize(side, side).raw().toBuffer());
  mark(tile, side, { points: labelled, colour: LABELLED });
  mark(tile, side, { points: regressed, colour: REGRESSED });
  return tile;
}

/** @returns bytes of a PNG, faces in rows of `columns` */
export async function landmarkSheet(faces: readonly MarkedFace[], input: number, columns: number): Promise<Uint8Array> {
  const side = input * ENLARGED;
  const [width, height] = [columns * side, Math.ceil(faces.length / columns) * side];
  const sheet = new Uint8Array(width * height * 3);
  for (const [place, face] of faces.entries()) {
    const tile = await tileOf(face, input);
    const start = Math.floor(place / columns) * side * width + (place % columns) * side;
    for (let row = 0; row < side; row += 1) sheet.set(tile.subarray(row * side * 3, (row + 1) * side * 3), (start + row * width) * 3);
  }
  return new Uint8Array(await sharp(sheet, { raw: { width, height, channels: 3 } }).png().toBuffer());
}
