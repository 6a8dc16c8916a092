import { InputError } from '@mfim/tensor-contracts';
import type { ByteImage } from '@mfim/tensor-contracts';
import fc from 'fast-check';
import sharp from 'sharp';
import type { Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { photoFormat } from '../src/photo-format.ts';
import { photoSize } from '../src/photo-size.ts';
import type { PhotoFormat } from '../src/photo-format.ts';
import { decodePhoto, encodePhoto } from '../src/node/index.ts';

const RED = [220, 40, 30];
const GREEN = [40, 200, 60];
const BLUE = [30, 50, 210];
const WHITE = [250, 250, 250];

/** 48 x 32: red, green / blue, white. Large blocks survive lossy formats. */
function quarters(): Buffer {
  const data = Buffer.alloc(48 * 32 * 3);
  for (let pixel = 0; pixel < 48 * 32; pixel += 1) {
    const left = pixel % 48 < 24;
    const colour = pixel < 48 * 16 ? (left ? RED : GREEN) : left ? BLUE : WHITE;
    data.set(colour, pixel * 3);
  }
  return data;
}

const raw = { raw: { width: 48, height: 32, channels: 3 } } as const;
const original = (): Sharp => sharp(quarters(), raw);

function at(image: ByteImage, u: number, v: number): number[] {
  const start = (Math.floor(v * image.height) * image.width + Math.floor(u * image.width)) * image.channels;
  return [...image.data.subarray(start, start + image.channels)];
}

function expectNear(colour: readonly number[], wanted: readonly number[], tolerance: number): void {
  colour.forEach((value, channel) => expect(Math.abs(value - (wanted[channel] as number))).toBeLessThanOrEqual(tolerance));
}

function expectQuarters(image: ByteImage, tolerance: number): void {
  expect([image.width, image.height, image.channels]).toEqual([48, 32, 3]);
  expectNear(at(image, 0.25, 0.25), RED, tolerance);
  expectNear(at(image, 0.75, 0.25), GREEN, tolerance);
  expectNear(at(image, 0.25, 0.75), BLUE, tolerance);
  expectNear(at(image, 0.75, 0.75), WHITE, tolerance);
}

/** A PNG that states a size and has no pixels. */
function hugePng(width: number, height: number): Uint8Array {
  const bytes = Buffer.alloc(57);
  bytes.write('\x89PNG\r\n\x1a\n', 0, 'latin1');
  bytes.writeUInt32BE(13, 8);
  bytes.write('IHDR', 12, 'latin1');
  bytes.writeUInt32BE(width, 16);
  bytes.writeUInt32BE(height, 20);
  bytes.set([8, 2, 0, 0, 0], 24);
  return bytes;
}

describe('decodePhoto', () => {
  it.each<[PhotoFormat, number]>([
    ['png', 0],
    ['tiff', 0],
    ['jpeg', 6],
    ['webp', 12],
    ['avif', 12],
  ])('reads %s and its size', async (format, tolerance) => {
    const bytes = await original().toFormat(format, { quality: 95 }).toBuffer();
    expect(photoFormat(bytes)).toBe(format);
    expect(photoSize(bytes, format)).toEqual({ width: 48, height: 32 });
    expectQuarters(await decodePhoto(bytes, 'photo'), tolerance);
  });

  it.each([
    ['lossless WebP', (): Promise<Buffer> => original().webp({ lossless: true }).toBuffer()],
    ['WebP with metadata', (): Promise<Buffer> => original().keepIccProfile().withMetadata().webp({ lossless: true }).toBuffer()],
    ['progressive JPEG', (): Promise<Buffer> => original().jpeg({ progressive: true, quality: 95 }).toBuffer()],
    ['big-endian 16-bit TIFF', (): Promise<Buffer> => original().toColourspace('rgb16').tiff().toBuffer()],
    ['16-bit PNG', (): Promise<Buffer> => original().toColourspace('rgb16').png().toBuffer()],
    ['palette PNG', (): Promise<Buffer> => original().png({ palette: true }).toBuffer()],
  ])('reads %s', async (_, make) => {
    const bytes = await make();
    expect(photoSize(bytes, photoFormat(bytes) as PhotoFormat)).toEqual({ width: 48, height: 32 });
    expectQuarters(await decodePhoto(bytes, 'photo'), 8);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('turns EXIF orientation %i upright', async (orientation) => {
    // What a camera stores for this orientation: the inverse of what the viewer has to do.
    const turns = [0, 0, 180, 180, 90, 270, 270, 90][orientation - 1] as number;
    const turned = await original().rotate(turns).png().toBuffer();
    const mirrored = [2, 4, 5, 7].includes(orientation);
    const bytes = await sharp(turned).flop(mirrored).withMetadata({ orientation }).jpeg({ quality: 95 }).toBuffer();
    expectQuarters(await decodePhoto(bytes, 'photo'), 6);
  });

  it('converts CMYK by its profile', async () => {
    // A colour that printing inks can show.
    const skin = { width: 16, height: 16, channels: 3, background: { r: 205, g: 160, b: 135 } } as const;
    const bytes = await sharp({ create: skin }).toColourspace('cmyk').withIccProfile('cmyk').jpeg({ quality: 95 }).toBuffer();
    expect((await sharp(bytes).metadata()).space).toBe('cmyk');
    const image = await decodePhoto(bytes, 'photo');
    expect(image.channels).toBe(3);
    expectNear(at(image, 0.5, 0.5), [205, 160, 135], 12);
  });

  it('converts a wide-gamut profile to sRGB', async () => {
    const bytes = await original().withIccProfile('p3').png().toBuffer();
    expectQuarters(await decodePhoto(bytes, 'photo'), 6);
  });

  it('makes RGB of grey, 8 and 16 bit', async () => {
    for (const space of ['b-w', 'grey16'] as const) {
      const image = await decodePhoto(await original().toColourspace(space).png().toBuffer(), 'photo');
      expect(image.channels).toBe(3);
      const [red, green, blue] = at(image, 0.75, 0.75);
      expect(red).toBe(green);
      expect(green).toBe(blue);
      expectNear(at(image, 0.75, 0.75), WHITE, 4);
    }
  });

  it('puts transparency over white, or keeps it when asked', async () => {
    const half = { width: 48, height: 32, channels: 4, background: { r: 200, g: 0, b: 0, alpha: 0.5 } } as const;
    const bytes = await sharp({ create: half }).png().toBuffer();
    const white = await decodePhoto(bytes, 'photo');
    expect(white.channels).toBe(3);
    expectNear(at(white, 0.5, 0.5), [227, 127, 127], 2);
    const kept = await decodePhoto(bytes, 'photo', { alpha: 'keep' });
    expect(kept.channels).toBe(4);
    expectNear(at(kept, 0.5, 0.5), [200, 0, 0, 128], 1);
    expect((await decodePhoto(await original().png().toBuffer(), 'photo', { alpha: 'keep' })).channels).toBe(3);
  });

  it('round trip: decode(encode(image)) is the image (PNG), or near it', async () => {
    const image = await decodePhoto(await original().png().toBuffer(), 'photo');
    expect((await decodePhoto(await encodePhoto(image, 'png'), 'photo')).data).toEqual(image.data);
    for (const format of ['jpeg', 'webp'] as const) {
      const again = await decodePhoto(await encodePhoto(image, format), 'photo');
      expectQuarters(again, 12);
    }
    await expect(encodePhoto(image, 'bmp' as 'png')).rejects.toThrow(/png, jpeg, webp/);
  });
});

async function refusal(bytes: Uint8Array): Promise<Error> {
  const error = await decodePhoto(bytes, 'holiday.jpg').then(
    () => undefined,
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(InputError);
  expect((error as Error).message).toMatch(/^holiday\.jpg: expected /);
  return error as Error;
}
function text(content: string): Uint8Array {
  return new TextEncoder().encode(content);
}

describe('decodePhoto refuses', () => {
  it('an empty file', async () => {
    expect((await refusal(new Uint8Array())).message).toMatch(/empty file/);
  });

  it('a text file', async () => {
    expect((await refusal(text('Dear diary'))).message).toMatch(/no picture/);
  });

  it('HEIC, and says what to do', async () => {
    const heic = Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1');
    expect((await refusal(heic)).message).toMatch(/HEIC; export the photo as JPEG/);
  });

  it.each([
    ['GIF', text('GIF89a....')],
    ['BMP', text('BM........')],
    ['SVG', text('<svg xmlns="http://www.w3.org/2000/svg"/>')],
    ['PDF', text('%PDF-1.7 ...')],
  ])('%s', async (format, bytes) => {
    expect((await refusal(bytes)).message).toContain(`got ${format}`);
  });

  it('a PNG of 30,000 x 30,000 before decoding it, with the limit', async () => {
    const before = process.memoryUsage().rss;
    expect((await refusal(hugePng(30_000, 30_000))).message).toMatch(/at most 120 million pixels.*900 million/);
    expect(process.memoryUsage().rss - before).toBeLessThan(100e6);
  });

  it.each<PhotoFormat>(['jpeg', 'png', 'webp', 'avif', 'tiff'])('a truncated %s', async (format) => {
    const noise = Buffer.from(Uint8Array.from({ length: 200 * 150 * 3 }, (_, index) => Math.imul(index, 2_654_435_761) >>> 24));
    const bytes = await sharp(noise, { raw: { width: 200, height: 150, channels: 3 } }).toFormat(format).toBuffer();
    expect((await refusal(bytes.subarray(0, Math.floor(bytes.length / 2)))).message).toMatch(/cannot be decoded/);
  });

  it('any bytes that are no photo, without another kind of error', async () => {
    const starts = ['', '\xff\xd8\xff\xe0', '\x89PNG\r\n\x1a\n', 'RIFF\0\0\0\0WEBPVP8X', 'II*\0', 'MM\0*', '\0\0\0\x18ftypavif'];
    const garbage = fc.tuple(fc.constantFrom(...starts), fc.uint8Array({ maxLength: 200 }));
    await fc.assert(
      fc.asyncProperty(garbage, async ([start, rest]) => {
        await refusal(Buffer.concat([Buffer.from(start, 'latin1'), rest]));
      }),
      { numRuns: 60 },
    );
  });
});
