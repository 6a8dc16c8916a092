/**
 * A head as Wavefront OBJ: all vertices of the model in its own order, triangles in groups named after its parts, texture coordinates.
 * The head is in its own axes (x to the person's left, y up, z out of the face; centimetres) with the person's form and expression, not
 * turned: it stands upright in any program, and heads of different photos lie on each other. Comments say pose and camera of the photo.
 */
import { basename } from 'node:path';
import { HEAD_GROUPS } from '@mfim/face3d';
import type { HeadModel } from '@mfim/face3d';
import type { FaceReading } from './face-network.ts';
import type { PosedHead } from './posed-head.ts';

/** What the comments say. */
export interface ObjOrigin {
  readonly photo: string;
  readonly reading: Pick<FaceReading, 'motion' | 'camera' | 'face'>;
}

/** A tenth of a micrometre. */
const LENGTH_DIGITS = 5;
const UV_DIGITS = 6;
const MATRIX_DIGITS = 6;

const numbers = (values: ArrayLike<number>, digits: number): string => Array.from(values, (value) => value.toFixed(digits)).join(' ');

function heading({ photo, reading: { face, motion, camera } }: ObjOrigin): readonly string[] {
  return [
    `# face ${face.index} of ${basename(photo).replaceAll(/[\r\n]+/g, ' ')}`,
    "# centimetres, the head's own axes: x to the person's left, y up, z out of the face",
    '# R v + t places it before the camera (x right, y up, z towards the viewer); picture x = cx + f x / -z, y = cy - f y / -z',
    `# R ${numbers(motion.rotation, MATRIX_DIGITS)}`,
    `# t ${numbers(motion.translation, LENGTH_DIGITS)}`,
    `# f ${camera.focal.toFixed(2)} cx ${camera.centre[0].toFixed(2)} cy ${camera.centre[1].toFixed(2)} pixels`,
  ];
}

/** Each texture point once, and which one every corner has. */
function texturePoints({ cornerUv }: HeadModel): { readonly lines: readonly string[]; readonly corners: Int32Array } {
  const known = new Map<string, number>();
  const corners = new Int32Array(cornerUv.length / 2);
  for (let corner = 0; corner < corners.length; corner += 1) {
    const line = `vt ${cornerUv[corner * 2]!.toFixed(UV_DIGITS)} ${cornerUv[corner * 2 + 1]!.toFixed(UV_DIGITS)}`;
    const index = known.get(line) ?? known.size + 1;
    known.set(line, index);
    corners[corner] = index;
  }
  return { lines: [...known.keys()], corners };
}

/** The text of the file. */
export function wavefrontObj({ model, form }: PosedHead, origin: ObjOrigin): string {
  const { basis, triangleGroups } = model;
  const texture = texturePoints(model);
  const lines = [...heading(origin), 'o head'];
  for (let at = 0; at < form.length; at += 3) lines.push(`v ${numbers(form.subarray(at, at + 3), LENGTH_DIGITS)}`);
  lines.push(...texture.lines, 's 1');
  HEAD_GROUPS.forEach((name, group) => {
    const faces: string[] = [];
    triangleGroups.forEach((own, triangle) => {
      if (own !== group) return;
      const corner = (at: number): string => `${basis.triangles[triangle * 3 + at]! + 1}/${texture.corners[triangle * 3 + at]!}`;
      faces.push(`f ${corner(0)} ${corner(1)} ${corner(2)}`);
    });
    if (faces.length > 0) lines.push(`g ${name}`, ...faces);
  });
  return `${lines.join('\n')}\n`;
}
