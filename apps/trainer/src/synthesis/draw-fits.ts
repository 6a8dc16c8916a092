/** A picture to judge fits by: faces of a dataset, and each again under the head that was fitted to it. */
import { emptyFrame, morphVertices, movePoints, projectPerspective, rasterise, vertexNormals } from '@mfim/face3d';
import type { HeadModel } from '@mfim/face3d';
import sharp from 'sharp';
import type { Dataset } from '../dataset/open-dataset.ts';
import type { FaceFit } from './fit-dataset.ts';

const MOST_FACES = 24;
const COLUMNS = 8;
const SIDE = 160;
/** Share of the fitted head over the photo. */
const COVER = 0.75;
const SHADE = { low: 40, high: 190 } as const;

/** Draws the head of a fit over a picture, [side, side, 3]. */
function drawHead(picture: Uint8Array, { basis }: HeadModel, { fit, scale }: { readonly fit: Extract<FaceFit, { identity: number[] }>; readonly scale: number }): void {
  const placed = movePoints(morphVertices(basis, fit), { rotation: Float64Array.from(fit.rotation), translation: fit.translation });
  const flat = projectPerspective(placed, { focal: fit.focal * scale, centre: [fit.centre[0]! * scale, fit.centre[1]! * scale] });
  const points = Float64Array.from(placed, (value, at) => (at % 3 === 2 ? -1 / value : flat[((at / 3) | 0) * 2 + (at % 3)]!));
  const frame = emptyFrame(SIDE, SIDE);
  rasterise(frame, { points, triangles: basis.triangles, perspective: true });
  const normals = vertexNormals(placed, basis.triangles);
  frame.triangle.forEach((triangle, pixel) => {
    if (triangle < 0) return;
    const shade = SHADE.low + SHADE.high * Math.max(0, normals[basis.triangles[triangle * 3]! * 3 + 2]!);
    for (let channel = 0; channel < 3; channel += 1) picture[pixel * 3 + channel] = COVER * shade + (1 - COVER) * picture[pixel * 3 + channel]!;
  });
}

/** @returns bytes of a PNG file: at most 24 faces, in rows of eight, each row again with its heads; a face without a fit stays bare */
export async function drawFits(model: HeadModel, dataset: Dataset, fits: readonly FaceFit[]): Promise<Uint8Array> {
  const shown = fits.slice(0, MOST_FACES);
  const [width, height] = [COLUMNS * SIDE, 2 * SIDE * Math.ceil(shown.length / COLUMNS)];
  const sheet = new Uint8Array(width * height * 3);
  for (const [place, fit] of shown.entries()) {
    const raw = { width: dataset.size, height: dataset.size, channels: 3 } as const;
    const photo = new Uint8Array(await sharp(await dataset.read([fit.number]), { raw }).resize(SIDE, SIDE).raw().toBuffer());
    const overlaid = photo.slice();
    if ('identity' in fit) drawHead(overlaid, model, { fit, scale: SIDE / dataset.size });
    for (const [second, tile] of [photo, overlaid].entries()) {
      const top = (2 * Math.floor(place / COLUMNS) + second) * SIDE;
      for (let row = 0; row < SIDE; row += 1) sheet.set(tile.subarray(row * SIDE * 3, (row + 1) * SIDE * 3), ((top + row) * width + (place % COLUMNS) * SIDE) * 3);
    }
  }
  return new Uint8Array(await sharp(sheet, { raw: { width, height, channels: 3 } }).png().toBuffer());
}
