/** The pictures of one face for the gallery: the photo around it, the same under the overlay, and the head alone from two sides. */
import { elementaryRotation, movePoints } from '@mfim/face3d';
import type { RotationMatrix } from '@mfim/face3d';
import { ffhqQuad } from '@mfim/faces';
import type { ByteImage } from '@mfim/tensor-contracts';
import sharp from 'sharp';
import type { Sharp } from 'sharp';
import type { Rectangle } from '../../contact-sheet/canvas.ts';
import { drawMesh } from '../draw-mesh.ts';
import type { FaceReading } from '../face-network.ts';
import type { HeadParts } from '../head-parts.ts';
import type { PosedHead } from '../posed-head.ts';
import { posedHead } from '../posed-head.ts';
import type { HeadMask } from '../draw-overlay.ts';

/** Each as a `data:` address; the heads are see-through around them. */
export interface GalleryPictures {
  readonly photo: string;
  readonly overlay: string;
  readonly front?: string;
  readonly side?: string;
}

/** What the pictures are taken from. */
export interface PictureSources {
  readonly photo: ByteImage;
  readonly overlay: ByteImage;
  readonly reading: FaceReading;
  readonly mask: HeadMask | undefined;
  /** Of a whole head; absent without a basis. */
  readonly bust: HeadParts | undefined;
}

/** Side of the pictures in pixels. */
export const PICTURE_SIDE = 420;
const QUALITY = 84;
/** Share of the FFHQ crop's side that is shown of the photo. */
const CROP_SHARE = 1.2;
/** Of the pictures of heads, in centimetres: what is in the middle, how much fits, from how far. */
const STAGE = { centre: [0, 0, 1.5], span: 31, distance: 130 } as const;
const QUARTER_TURN = Math.PI / 2;

const dataAddress = (bytes: Uint8Array): string => `data:image/webp;base64,${Buffer.from(bytes).toString('base64')}`;

function open({ data, width, height, channels }: Pick<ByteImage, 'data' | 'width' | 'height' | 'channels'>): Sharp {
  return sharp(data, { raw: { width, height, channels } });
}

/** The square around a face, as far as the photo goes. */
function squareAround({ face }: FaceReading, photo: ByteImage): Rectangle {
  const { topLeft, topRight, bottomRight } = ffhqQuad(face.landmarks);
  const side = Math.min(photo.width, photo.height, Math.round(CROP_SHARE * Math.hypot(topRight.x - topLeft.x, topRight.y - topLeft.y)));
  const place = (middle: number, size: number): number => Math.min(size - side, Math.max(0, Math.round(middle - side / 2)));
  return { x: place((topLeft.x + bottomRight.x) / 2, photo.width), y: place((topLeft.y + bottomRight.y) / 2, photo.height), width: side, height: side };
}

async function cutOut(photo: ByteImage, { x, y, width, height }: Rectangle): Promise<string> {
  const cut = open(photo).extract({ left: x, top: y, width, height }).resize(PICTURE_SIDE, PICTURE_SIDE, { withoutEnlargement: true });
  return dataAddress(await cut.webp({ quality: QUALITY }).toBuffer());
}

/** The head on a stage, turned by `rotation`. */
async function portray({ form }: PosedHead, bust: HeadParts, rotation: RotationMatrix): Promise<string> {
  const { centre, span, distance } = STAGE;
  const [x, y, z] = movePoints(centre, { rotation, translation: [0, 0, 0] }) as unknown as [number, number, number];
  const placed = movePoints(form, { rotation, translation: [-x, -y, -distance - z] });
  const camera = { focal: (PICTURE_SIDE * distance) / span, centre: [PICTURE_SIDE / 2, PICTURE_SIDE / 2] as const };
  const layer = drawMesh({ ...bust, placed }, camera, { x: 0, y: 0, width: PICTURE_SIDE, height: PICTURE_SIDE });
  return dataAddress(await open({ ...layer, channels: 4 }).webp({ quality: QUALITY }).toBuffer());
}

/** Makes the pictures; those of the head alone only with a basis. */
export async function galleryPictures({ photo, overlay, reading, mask, bust }: PictureSources): Promise<GalleryPictures> {
  const square = squareAround(reading, photo);
  const cuts = { photo: await cutOut(photo, square), overlay: await cutOut(overlay, square) };
  if (mask === undefined || bust === undefined) return cuts;
  const head = posedHead(mask.model, reading);
  return { ...cuts, front: await portray(head, bust, elementaryRotation(1, 0)), side: await portray(head, bust, elementaryRotation(1, QUARTER_TURN)) };
}
