/** Lines and dots over a photo: the 68 landmarks, the head's axes, the outline of the crop that was read. Drawn as SVG by sharp. */
import { FACE_CENTRE, movePoints, projectPerspective } from '@mfim/face3d';
import type { PerspectiveCamera, RigidMotion } from '@mfim/face3d';
import type { Quad } from '@mfim/faces';
import sharp from 'sharp';
import { regionAround } from './layer.ts';
import type { Layer } from './layer.ts';

/** Points that are joined, in the order of iBUG 300-W: first, last, and whether the last is joined to the first. */
const CONTOURS = [[0, 16], [17, 21], [22, 26], [27, 30], [31, 35], [36, 41, true], [42, 47, true], [48, 59, true], [60, 67, true]] as const;
/** The head's axes: to the person's left, up, out of the face. */
const AXIS_COLOURS = ['#ff4d4f', '#52d769', '#4d8dff'] as const;
/** Centimetres. */
const AXIS_LENGTHS = [6, 6, 8] as const;
/** Strokes are thought of for a crop of so many pixels, and grow with it. */
const UNIT_CROP = 256;
const HALO = 'stroke="#000" stroke-opacity="0.45"';
const WIDTHS = { axis: 2.2, arrow: 5, halo: 1.6, contour: 0.7, dot: 1.15, outline: 1.2, margin: 8 } as const;

/** Shapes in photo pixels, and the points that they reach. */
interface Marks {
  readonly shapes: readonly string[];
  readonly reach: readonly number[];
}

/** What can be marked. */
export interface MarkedHead {
  readonly quad: Quad;
  /** The head's axes, where its place is known. */
  readonly view: { readonly motion: RigidMotion; readonly camera: PerspectiveCamera };
  /** [68, 2], photo pixels; absent without a basis: then the crop's outline is drawn. */
  readonly landmarks?: ArrayLike<number> | undefined;
}

const fixed = (value: number): string => value.toFixed(2);
const pointList = (points: readonly (readonly [number, number])[]): string => points.map(([x, y]) => `${fixed(x)},${fixed(y)}`).join(' ');

function landmarkMarks(landmarks: ArrayLike<number>, unit: number): Marks {
  const points = Array.from({ length: landmarks.length / 2 }, (_, index) => [landmarks[index * 2]!, landmarks[index * 2 + 1]!] as const);
  const lines = CONTOURS.map(([first, last, closed]) => {
    const shape = closed === undefined ? 'polyline' : 'polygon';
    return `<${shape} points="${pointList(points.slice(first, last + 1))}" fill="none" stroke="#fff" stroke-opacity="0.75" stroke-width="${fixed(WIDTHS.contour * unit)}"/>`;
  });
  const dots = points.map(([x, y]) => `<circle cx="${fixed(x)}" cy="${fixed(y)}" r="${fixed(WIDTHS.dot * unit)}" fill="#ffe14d" stroke="#000" stroke-opacity="0.6" stroke-width="${fixed((WIDTHS.contour * unit) / 2)}"/>`);
  return { shapes: [...lines, ...dots], reach: points.flat() };
}

/** An arrow with a dark edge. */
function arrow([x, y]: readonly [number, number], [toX, toY]: readonly [number, number], { colour, unit }: { readonly colour: string; readonly unit: number }): string {
  const length = Math.hypot(toX - x, toY - y);
  const head = Math.min(length, WIDTHS.arrow * unit);
  const [alongX, alongY] = length === 0 ? [0, 0] : [((toX - x) / length) * head, ((toY - y) / length) * head];
  const [neckX, neckY] = [toX - alongX, toY - alongY];
  const tip = pointList([[toX, toY], [neckX - alongY / 2, neckY + alongX / 2], [neckX + alongY / 2, neckY - alongX / 2]]);
  const line = `x1="${fixed(x)}" y1="${fixed(y)}" x2="${fixed(neckX)}" y2="${fixed(neckY)}" stroke-linecap="round"`;
  const edge = fixed(WIDTHS.halo * unit);
  return `<line ${line} ${HALO} stroke-width="${fixed((WIDTHS.axis + WIDTHS.halo) * unit)}"/><polygon points="${tip}" ${HALO} stroke-width="${edge}"/><line ${line} stroke="${colour}" stroke-width="${fixed(WIDTHS.axis * unit)}"/><polygon points="${tip}" fill="${colour}"/>`;
}

function axisMarks({ motion, camera }: MarkedHead['view'], unit: number): Marks {
  const ends = AXIS_LENGTHS.flatMap((length, axis) => FACE_CENTRE.map((value, at) => value + (at === axis ? length : 0)));
  const flat = projectPerspective(movePoints([...FACE_CENTRE, ...ends], motion), camera);
  const tip = (index: number): readonly [number, number] => [flat[index * 2]!, flat[index * 2 + 1]!];
  // The axis that comes towards the viewer is drawn over the others.
  const order = [0, 1, 2].toSorted((one, other) => motion.rotation[6 + one]! - motion.rotation[6 + other]!);
  const arrows = order.map((axis) => arrow(tip(0), tip(axis + 1), { colour: AXIS_COLOURS[axis]!, unit }));
  return { shapes: arrows, reach: [...flat] };
}

function outlineMarks({ topLeft, topRight, bottomRight, bottomLeft }: Quad, unit: number): Marks {
  const corners = [topLeft, topRight, bottomRight, bottomLeft].map(({ x, y }) => [x, y] as const);
  const shape = (stroke: string, width: number): string => `<polygon points="${pointList(corners)}" fill="none" ${stroke} stroke-width="${fixed(width * unit)}"/>`;
  return { shapes: [shape(HALO, WIDTHS.outline + WIDTHS.halo), shape('stroke="#fff"', WIDTHS.outline)], reach: corners.flat() };
}

/** @returns the marks as far as they lie in the photo; nothing where all lie outside */
export async function drawMarks({ quad, view, landmarks }: MarkedHead, photo: { readonly width: number; readonly height: number }): Promise<Layer | undefined> {
  const side = Math.hypot(quad.topRight.x - quad.topLeft.x, quad.topRight.y - quad.topLeft.y);
  const unit = side / UNIT_CROP;
  const marks = [landmarks === undefined ? outlineMarks(quad, unit) : landmarkMarks(landmarks, unit), axisMarks(view, unit)];
  const region = regionAround(marks.flatMap(({ reach }) => reach), WIDTHS.margin * unit, photo);
  if (region === undefined) return undefined;
  const { x, y, width, height } = region;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="${x} ${y} ${width} ${height}">${marks.flatMap(({ shapes }) => shapes).join('')}</svg>`;
  const drawn = await sharp(Buffer.from(svg)).ensureAlpha().raw().toBuffer();
  return { ...region, data: new Uint8Array(drawn) };
}
