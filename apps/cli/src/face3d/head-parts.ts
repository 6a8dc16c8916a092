/** Which parts of a head are drawn, in which colours, and where the mask that lies over a photo ends. */
import { HEAD_GROUPS } from '@mfim/face3d';
import type { HeadGroup, HeadModel } from '@mfim/face3d';
import type { Colour } from '../contact-sheet/canvas.ts';
import type { DrawnMesh } from './draw-mesh.ts';

/** A mesh but for its place. */
export type HeadParts = Omit<DrawnMesh, 'placed'>;

const SKIN: Colour = [96, 186, 250];
/** Share of the photo that the mask hides. */
const MASK_COVER = 0.56;
/** Centimetres of the mean head over which the mask fades: below the chin, above the forehead, behind the cheeks. */
const MASK = { chin: [-9.2, -7.9], forehead: [8, 10.2], back: [0.2, 3] } as const;

const CLAY: Colour = [196, 190, 184];
const EYE: Colour = [232, 232, 230];
const IRIS: Colour = [92, 116, 138];
const PUPIL: Colour = [34, 38, 44];
const TOOTH: Colour = [236, 232, 222];
const GUM: Colour = [168, 128, 124];
const PALETTE = [CLAY, EYE, IRIS, PUPIL, TOOTH, GUM] as const;
/** Iris and pupil are caps of the eyeball, so many centimetres deep: 6 and 2.5 millimetres in radius. */
const IRIS_DEPTH = 0.12;
const PUPIL_DEPTH = 0.02;
/** Parts of a whole head; what is left out is see-through. */
const COLOURS: Readonly<Partial<Record<HeadGroup, Colour>>> = {
  face: CLAY,
  'back-head': CLAY,
  'left-sclera': EYE,
  'right-sclera': EYE,
  teeth: TOOTH,
  'gums-and-tongue': GUM,
};

const ramp = (value: number, [from, to]: readonly [number, number]): number => Math.min(1, Math.max(0, (value - from) / (to - from)));

/** What a triangle of a group is painted with; nothing for one that is not drawn. */
type Paint = (group: HeadGroup, triangle: number) => Colour | undefined;

function partsOf({ basis, triangleGroups }: HeadModel, palette: readonly Colour[], paint: Paint): Omit<HeadParts, 'cover'> {
  const triangles: number[] = [];
  const materials: number[] = [];
  triangleGroups.forEach((group, triangle) => {
    const colour = paint(HEAD_GROUPS[group]!, triangle);
    if (colour === undefined) return;
    triangles.push(basis.triangles[triangle * 3]!, basis.triangles[triangle * 3 + 1]!, basis.triangles[triangle * 3 + 2]!);
    materials.push(palette.indexOf(colour));
  });
  return { triangles: Int32Array.from(triangles), materials: Uint8Array.from(materials), palette };
}

/** Colours of whole heads, with irises on the eyeballs. */
function bustPaint({ basis, triangleGroups }: HeadModel): Paint {
  const front = (triangle: number): number => [0, 1, 2].reduce((sum, corner) => sum + basis.mean[basis.triangles[triangle * 3 + corner]! * 3 + 2]! / 3, 0);
  let foremost = -Infinity;
  triangleGroups.forEach((group, triangle) => {
    if (COLOURS[HEAD_GROUPS[group]!] === EYE) foremost = Math.max(foremost, front(triangle));
  });
  return (group, triangle) => {
    const colour = COLOURS[group];
    if (colour !== EYE) return colour;
    const depth = foremost - front(triangle);
    return depth < PUPIL_DEPTH ? PUPIL : depth < IRIS_DEPTH ? IRIS : EYE;
  };
}

/** The mask of the face's skin, half transparent, that fades towards hair, ears and neck. */
export function maskParts(model: HeadModel): HeadParts {
  const { mean } = model.basis;
  const cover = Float32Array.from({ length: mean.length / 3 }, (_, vertex) => {
    const [y, z] = [mean[vertex * 3 + 1]!, mean[vertex * 3 + 2]!];
    return MASK_COVER * ramp(y, MASK.chin) * (1 - ramp(y, MASK.forehead)) * ramp(z, MASK.back);
  });
  return { ...partsOf(model, [SKIN], (group) => (group === 'face' ? SKIN : undefined)), cover };
}

/** The whole head with eyes and teeth, opaque. */
export function bustParts(model: HeadModel): HeadParts {
  return { ...partsOf(model, PALETTE, bustPaint(model)), cover: new Float32Array(model.basis.mean.length / 3).fill(1) };
}
