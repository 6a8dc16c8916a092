/** An RGB byte image to draw on: rectangles, images, text in the pixel font. */
import { byteImage } from '@mfim/tensor-contracts';
import type { ByteImage } from '@mfim/tensor-contracts';
import { GLYPH_ADVANCE, GLYPH_WIDTH, glyphOf } from './pixel-font.ts';

/** Red, green, blue, 0..255. */
export type Colour = readonly [number, number, number];

/** A place and size in pixels. */
export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** How a text is drawn; `scale` = image pixels for a font pixel. */
export interface TextStyle {
  readonly scale: number;
  readonly colour: Colour;
}

/** Something to draw on. Whatever lies outside is cut off. */
export interface Canvas {
  readonly image: ByteImage;
  paint(place: Rectangle, colour: Colour): void;
  draw(image: ByteImage, at: { readonly x: number; readonly y: number }): void;
  write(text: string, at: { readonly x: number; readonly y: number }, style: TextStyle): void;
}

function fillRectangle(image: ByteImage, place: Rectangle, colour: Colour): void {
  const right = Math.min(image.width, place.x + place.width);
  const bottom = Math.min(image.height, place.y + place.height);
  for (let y = Math.max(0, place.y); y < bottom; y += 1) {
    for (let x = Math.max(0, place.x); x < right; x += 1) image.data.set(colour, (y * image.width + x) * 3);
  }
}

function drawImage(onto: ByteImage, image: ByteImage, at: { readonly x: number; readonly y: number }): void {
  const { width, channels } = image;
  for (let y = 0; y < Math.min(image.height, onto.height - at.y); y += 1) {
    for (let x = 0; x < Math.min(width, onto.width - at.x); x += 1) {
      const from = (y * width + x) * channels;
      onto.data.set(image.data.subarray(from, from + 3), ((at.y + y) * onto.width + at.x + x) * 3);
    }
  }
}

/** A canvas of one colour. */
export function createCanvas(size: { readonly width: number; readonly height: number }, background: Colour): Canvas {
  const { width, height } = size;
  const image = byteImage(new Uint8Array(width * height * 3), { width, height, channels: 3 });
  const paint = (place: Rectangle, colour: Colour): void => fillRectangle(image, place, colour);
  paint({ x: 0, y: 0, width, height }, background);
  return {
    image,
    paint,
    draw: (picture, at) => drawImage(image, picture, at),
    write(text, at, { scale, colour }) {
      for (const [position, character] of Array.from(text).entries()) {
        const left = at.x + position * GLYPH_ADVANCE * scale;
        for (const [pixel, ink] of glyphOf(character).entries()) {
          if (!ink) continue;
          const x = left + (pixel % GLYPH_WIDTH) * scale;
          const y = at.y + Math.floor(pixel / GLYPH_WIDTH) * scale;
          paint({ x, y, width: scale, height: scale }, colour);
        }
      }
    },
  };
}
