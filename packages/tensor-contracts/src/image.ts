/**
 * Images on the host, interleaved rows (HWC), RGB or RGBA. The range is part of the type, so that
 * a [-1, 1] image cannot be handed to something that wants [0, 1].
 */
import { ShapeError } from './errors.ts';

interface ImageSize {
  readonly width: number;
  readonly height: number;
  readonly channels: 3 | 4;
}

/** 0..255, sRGB. */
export interface ByteImage extends ImageSize {
  readonly range: 'byte';
  readonly data: Uint8Array;
}

/** [0, 1], sRGB. */
export interface UnitImage extends ImageSize {
  readonly range: 'unit';
  readonly data: Float32Array;
}

/** [-1, 1], sRGB: what the networks read and write. */
export interface SignedImage extends ImageSize {
  readonly range: 'signed';
  readonly data: Float32Array;
}

/** Every image range. */
export type ImageRange = (ByteImage | UnitImage | SignedImage)['range'];

const HALF_BYTE = 127.5;
const BYTE_MAX = 255;

function checkImage(where: string, image: ImageSize & { readonly data: { readonly length: number } }): void {
  const wanted = image.width * image.height * image.channels;
  if (image.data.length !== wanted) {
    throw new ShapeError({
      where,
      expected: `${wanted} values for ${image.width}x${image.height}x${image.channels}`,
      got: `${image.data.length}`,
      remedy: 'pass width, height and channels that belong to the data',
    });
  }
}

/** A checked `ByteImage` around existing bytes (not copied). */
export function byteImage(data: Uint8Array, size: ImageSize): ByteImage {
  const image = { range: 'byte', data, ...size } as const;
  checkImage('byteImage', image);
  return image;
}

/** A checked `SignedImage` around existing numbers (not copied). */
export function signedImage(data: Float32Array, size: ImageSize): SignedImage {
  const image = { range: 'signed', data, ...size } as const;
  checkImage('signedImage', image);
  return image;
}

/** byte -> [-1, 1]: `x / 127.5 - 1`. An alpha channel is dropped. */
export function toSigned(image: ByteImage): SignedImage {
  checkImage('toSigned', image);
  const pixels = image.width * image.height;
  const data = new Float32Array(pixels * 3);
  for (let pixel = 0; pixel < pixels; pixel += 1) {
    for (let channel = 0; channel < 3; channel += 1) {
      data[pixel * 3 + channel] = (image.data[pixel * image.channels + channel] as number) / HALF_BYTE - 1;
    }
  }
  return { range: 'signed', width: image.width, height: image.height, channels: 3, data };
}

/** [-1, 1] -> byte: round to nearest, clamp. */
export function toBytes(image: SignedImage | UnitImage): ByteImage {
  checkImage('toBytes', image);
  const data = new Uint8Array(image.data.length);
  const [scale, shift] = image.range === 'signed' ? [HALF_BYTE, HALF_BYTE] : [BYTE_MAX, 0];
  for (let index = 0; index < data.length; index += 1) {
    const value = Math.round((image.data[index] as number) * scale + shift);
    data[index] = Math.min(BYTE_MAX, Math.max(0, value));
  }
  return { range: 'byte', width: image.width, height: image.height, channels: image.channels, data };
}
