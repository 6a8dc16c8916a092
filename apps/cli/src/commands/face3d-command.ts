/** `mfim face3d`: the head behind a face. */
import { buildCommand } from '@stricli/core';
import type { MfimContext } from '../command-context.ts';
import { parseIndex, parsePath, parseStrength } from '../parse-flags.ts';
import { loadJob } from './load-job.ts';

/** Flags of `mfim face3d`. */
export interface Face3dFlags {
  readonly out?: string;
  readonly obj?: string;
  readonly gallery?: string;
  readonly json: boolean;
  readonly face?: number;
  readonly leastConfidence: number;
  readonly model?: string;
  readonly basis?: string;
}

/** See the brief below. */
export const face3dCommand = buildCommand<Face3dFlags, string[], MfimContext>({
  loader: loadJob(async () => (await import('./face3d.ts')).face3d),
  parameters: {
    flags: {
      out: { kind: 'parsed', parse: parsePath, optional: true, brief: 'the photo with heads, landmarks and axes drawn over it: .png, .jpg or .webp' },
      obj: { kind: 'parsed', parse: parsePath, optional: true, brief: 'the head as Wavefront OBJ: centimetres, upright, with form and expression' },
      gallery: { kind: 'parsed', parse: parsePath, optional: true, brief: 'one HTML page of many photos or folders' },
      json: { kind: 'boolean', default: false, brief: 'print pose, camera, confidence and all coefficients by name as JSON' },
      face: { kind: 'parsed', parse: parseIndex, optional: true, brief: 'number of the one face to read (default: all)' },
      leastConfidence: { kind: 'parsed', parse: parseStrength, default: '0.5', brief: 'refuse faces that are read with less, 0 to 1' },
      model: { kind: 'parsed', parse: parsePath, optional: true, brief: 'folder of the face regressor (mfim-train export-face3d)' },
      basis: { kind: 'parsed', parse: parsePath, optional: true, brief: "ICT-FaceKit's folder FaceXModel, or one with its arrays (ict-facekit-light.npz, names.json, vertex_indices.json)" },
    },
    positional: { kind: 'array', minimum: 1, parameter: { parse: parsePath, brief: 'a photo; with --gallery photos and folders', placeholder: 'photo' } },
  },
  docs: {
    brief: 'Read the shape, pose and expression of faces in 3D, and draw them',
    fullDescription: [
      'Meshes and landmarks need the head model of ICT-FaceKit (https://github.com/ICT-VGL/ICT-FaceKit, MIT), which is not part of',
      'MFIM: name its folder FaceXModel with --basis. As arrays, which are read faster, it may be kept once and for all with',
      '  mfim weights add ict-facekit-light.npz --name ict-facekit-light',
      '  mfim weights add names.json --name ict-facekit-names',
      '  mfim weights add vertex_indices.json --name ict-facekit-landmarks',
      'Without it, the axes of each head and the outline of what was read are drawn.',
    ].join('\n'),
  },
});
