/**
 * One picture that shows a run: sections of rows, each row the images of one swap or mix with a
 * label under each, and its numbers beside them. Images keep their proportions in square cells.
 */
import { resample } from '@mfim/faces';
import type { ByteImage } from '@mfim/tensor-contracts';
import { createCanvas } from './canvas.ts';
import type { Canvas, Colour } from './canvas.ts';
import { GLYPH_HEIGHT, textWidth } from './pixel-font.ts';

/** An image and the words under it. */
export interface SheetCell {
  readonly image: ByteImage;
  readonly label: string;
}

/** One swap or mix. */
export interface SheetRow {
  readonly cells: readonly SheetCell[];
  /** Short lines beside the images. */
  readonly notes: readonly string[];
}

/** Rows of the same kind, under one heading. */
export interface SheetSection {
  readonly heading: string;
  readonly rows: readonly SheetRow[];
}

/** What is drawn. */
export interface Sheet {
  readonly title: string;
  readonly subtitle: string;
  readonly sections: readonly SheetSection[];
  /** Side of a cell in pixels. Default 224. */
  readonly cell?: number;
}

const BACKGROUND: Colour = [250, 250, 248];
const FRAME: Colour = [225, 225, 221];
const INK: Colour = [28, 30, 34];
const FAINT: Colour = [104, 108, 116];

const DEFAULT_CELL = 224;
const GAP = 16;
const TEXT_SCALE = 2;
const TITLE_SCALE = 3;
const LINE = (GLYPH_HEIGHT + 3) * TEXT_SCALE;
const TITLE_LINE = (GLYPH_HEIGHT + 4) * TITLE_SCALE;
const HEADER_HEIGHT = GAP + TITLE_LINE + LINE + GAP;
const HEADING_HEIGHT = LINE + GAP;

interface Layout {
  readonly cell: number;
  readonly rowHeight: number;
  readonly width: number;
  readonly height: number;
}

const rowsOf = ({ sections }: Sheet): readonly SheetRow[] => sections.flatMap(({ rows }) => rows);

function longest(scale: number, texts: readonly string[]): number {
  return Math.max(0, ...texts.map((text) => textWidth(text) * scale));
}

function layoutOf(sheet: Sheet): Layout {
  const { cell = DEFAULT_CELL, title, subtitle, sections } = sheet;
  const rows = rowsOf(sheet);
  const widths = rows.map(({ cells, notes }) => cells.length * (cell + GAP) + longest(TEXT_SCALE, notes) + GAP);
  const texts = longest(TEXT_SCALE, [subtitle, ...sections.map(({ heading }) => heading)]);
  const lines = Math.max(0, ...rows.map(({ notes }) => notes.length));
  const rowHeight = Math.max(cell + LINE, lines * LINE) + GAP;
  return {
    cell,
    rowHeight,
    width: GAP + Math.max(...widths, texts + GAP, longest(TITLE_SCALE, [title]) + GAP),
    height: HEADER_HEIGHT + sections.length * HEADING_HEIGHT + rows.length * rowHeight,
  };
}

/** The image scaled smoothly so that its longer side fills the cell. */
function fitted(image: ByteImage, cell: number): ByteImage {
  const scale = cell / Math.max(image.width, image.height);
  const size = { width: Math.round(image.width * scale), height: Math.round(image.height * scale) };
  return resample(image, size, scale < 1 ? 'lanczos' : 'bicubic');
}

function shortened(text: string, width: number): string {
  let shown = text;
  while (shown.length > 1 && textWidth(shown) * TEXT_SCALE > width) shown = shown.slice(0, -1);
  return shown;
}

function drawRow(canvas: Canvas, row: SheetRow, { cell, top }: { readonly cell: number; readonly top: number }): void {
  let x = GAP;
  for (const { image, label } of row.cells) {
    canvas.paint({ x, y: top, width: cell, height: cell }, FRAME);
    const picture = fitted(image, cell);
    canvas.draw(picture, {
      x: x + Math.floor((cell - picture.width) / 2),
      y: top + Math.floor((cell - picture.height) / 2),
    });
    const text = shortened(label, cell);
    canvas.write(text, { x, y: top + cell + 2 * TEXT_SCALE }, { scale: TEXT_SCALE, colour: FAINT });
    x += cell + GAP;
  }
  row.notes.forEach((note, index) => {
    canvas.write(note, { x, y: top + index * LINE }, { scale: TEXT_SCALE, colour: index === 0 ? INK : FAINT });
  });
}

/** Draws the sheet. */
export function contactSheet(sheet: Sheet): ByteImage {
  const { cell, rowHeight, width, height } = layoutOf(sheet);
  const canvas = createCanvas({ width, height }, BACKGROUND);
  canvas.write(sheet.title, { x: GAP, y: GAP }, { scale: TITLE_SCALE, colour: INK });
  canvas.write(sheet.subtitle, { x: GAP, y: GAP + TITLE_LINE }, { scale: TEXT_SCALE, colour: FAINT });
  let top = HEADER_HEIGHT;
  for (const { heading, rows } of sheet.sections) {
    canvas.paint({ x: GAP, y: top - GAP / 2, width: width - 2 * GAP, height: TEXT_SCALE }, FRAME);
    canvas.write(heading, { x: GAP, y: top }, { scale: TEXT_SCALE, colour: INK });
    top += HEADING_HEIGHT;
    for (const row of rows) {
      drawRow(canvas, row, { cell, top });
      top += rowHeight;
    }
  }
  return canvas.image;
}
