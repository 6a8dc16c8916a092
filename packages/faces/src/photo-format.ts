/** Which picture format some bytes are in, told by their first bytes (never by the file's name). */

/** Formats that can be decoded. */
export type PhotoFormat = 'jpeg' | 'png' | 'webp' | 'avif' | 'tiff';

/** Formats that are recognised only to say what to do about them. */
export type ForeignFormat = 'heic' | 'gif' | 'bmp' | 'svg' | 'jxl' | 'pdf' | 'psd';

function ascii(bytes: Uint8Array, start: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(start, start + length));
}

const SIGNATURES: readonly (readonly [PhotoFormat | ForeignFormat, number, string])[] = [
  ['jpeg', 0, '\xff\xd8\xff'],
  ['png', 0, '\x89PNG\r\n\x1a\n'],
  ['webp', 8, 'WEBP'],
  ['tiff', 0, 'II*\0'],
  ['tiff', 0, 'MM\0*'],
  ['tiff', 0, 'II+\0'],
  ['tiff', 0, 'MM\0+'],
  ['gif', 0, 'GIF8'],
  ['bmp', 0, 'BM'],
  ['pdf', 0, '%PDF-'],
  ['psd', 0, '8BPS'],
  ['jxl', 0, '\xff\x0a'],
  ['jxl', 4, 'JXL '],
  ['svg', 0, '<svg'],
  ['svg', 0, '<?xml'],
];

const HEIC_BRANDS = new Set(['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'mif1', 'msf1']);
const AVIF_BRANDS = new Set(['avif', 'avis']);

/** Brands of an ISO media file: the major one and the compatible ones. */
function brandsOf(bytes: Uint8Array): readonly string[] {
  if (bytes.length < 16 || ascii(bytes, 4, 4) !== 'ftyp') return [];
  const length = Math.min(bytes.length, new DataView(bytes.buffer, bytes.byteOffset).getUint32(0));
  const brands = [ascii(bytes, 8, 4)];
  for (let offset = 16; offset + 4 <= length; offset += 4) brands.push(ascii(bytes, offset, 4));
  return brands;
}

/** The format, or `undefined` when the bytes are no picture that we know. */
export function photoFormat(bytes: Uint8Array): PhotoFormat | ForeignFormat | undefined {
  const brands = brandsOf(bytes);
  if (brands.some((brand) => AVIF_BRANDS.has(brand))) return 'avif';
  if (brands.some((brand) => HEIC_BRANDS.has(brand))) return 'heic';
  return SIGNATURES.find(([, offset, signature]) => ascii(bytes, offset, signature.length) === signature)?.[0];
}
