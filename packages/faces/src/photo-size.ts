/**
 * Width and height of a picture from its header, without decoding it, so that a picture with too
 * many pixels is refused before any memory is spent on it.
 */
import type { PhotoFormat } from './photo-format.ts';
import type { PixelSize } from './resample.ts';

type SizeReader = (view: DataView) => PixelSize | undefined;

function jpegSize(view: DataView): PixelSize | undefined {
  let offset = 2;
  while (offset + 9 <= view.byteLength) {
    if (view.getUint8(offset) !== 0xff) return undefined;
    const marker = view.getUint8(offset + 1);
    // 0xff may be repeated as filling; 0xc0-0xcf start a frame, but for the three that are tables.
    if (marker === 0xff) {
      offset += 1;
      continue;
    }
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      return { width: view.getUint16(offset + 7), height: view.getUint16(offset + 5) };
    }
    offset += 2 + view.getUint16(offset + 2);
  }
  return undefined;
}

function pngSize(view: DataView): PixelSize {
  return { width: view.getUint32(16), height: view.getUint32(20) };
}

function webpSize(view: DataView): PixelSize | undefined {
  const uint24 = (offset: number): number => view.getUint16(offset, true) + view.getUint8(offset + 2) * 0x1_0000;
  switch (view.getUint32(12)) {
    case 0x56503858: // 'VP8X'
      return { width: uint24(24) + 1, height: uint24(27) + 1 };
    case 0x5650384c: { // 'VP8L'
      const bits = view.getUint32(21, true);
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case 0x56503820: // 'VP8 '
      return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
    default:
      return undefined;
  }
}

/** The largest of the 'ispe' (image spatial extents) boxes. */
function avifSize(view: DataView): PixelSize | undefined {
  const end = Math.min(view.byteLength - 16, 0x1_0000);
  let best: PixelSize | undefined;
  for (let offset = 0; offset < end; offset += 1) {
    if (view.getUint32(offset) !== 0x69737065) continue;
    const size = { width: view.getUint32(offset + 8), height: view.getUint32(offset + 12) };
    if (best === undefined || size.width * size.height > best.width * best.height) best = size;
  }
  return best;
}

/** Width (256) and height (257) of the first directory; BigTIFF is left to the decoder. */
function tiffSize(view: DataView): PixelSize | undefined {
  const little = view.getUint8(0) === 0x49;
  if (view.getUint16(2, little) !== 42) return undefined;
  const directory = view.getUint32(4, little);
  const values = new Map<number, number>();
  const count = view.getUint16(directory, little);
  for (let entry = 0; entry < count; entry += 1) {
    const offset = directory + 2 + entry * 12;
    const short = view.getUint16(offset + 2, little) === 3;
    values.set(view.getUint16(offset, little), short ? view.getUint16(offset + 8, little) : view.getUint32(offset + 8, little));
  }
  const width = values.get(256);
  const height = values.get(257);
  return width === undefined || height === undefined ? undefined : { width, height };
}

const READERS: Readonly<Record<PhotoFormat, SizeReader>> = {
  jpeg: jpegSize,
  png: pngSize,
  webp: webpSize,
  avif: avifSize,
  tiff: tiffSize,
};

/** The size that the header states (before any EXIF turn), or `undefined` when it cannot be read. */
export function photoSize(bytes: Uint8Array, format: PhotoFormat): PixelSize | undefined {
  try {
    return READERS[format](new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
