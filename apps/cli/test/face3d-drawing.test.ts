/** What `mfim face3d` draws with: views, layers, meshes, the mask of the face. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { movePoints, projectPerspective, rotationFromEuler } from '@mfim/face3d';
import { ffhqQuad } from '@mfim/faces';
import { readIct } from '@mfim/losses-3dmm/node';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { confidentFaces } from '../src/face3d/confident-faces.ts';
import { drawMesh } from '../src/face3d/draw-mesh.ts';
import type { FaceReading } from '../src/face3d/face-network.ts';
import { maskParts } from '../src/face3d/head-parts.ts';
import { layOver } from '../src/face3d/layer.ts';
import { photoView } from '../src/face3d/photo-view.ts';
import type { HeadView } from '../src/face3d/photo-view.ts';
import { writeSmallBasis } from './small-face-model.ts';

const ICT = fileURLToPath(new URL('../../../../shared/data/weights/ict-facekit', import.meta.url));
const absent = !existsSync(ICT);
if (absent) console.warn(`skipped: no ICT-FaceKit model in ${ICT}; get the light model's arrays as packages/losses-3dmm/src/node/read-ict.ts describes them`);

const angle = fc.double({ min: -1.2, max: 1.2, noNaN: true });
const share = fc.double({ min: -0.3, max: 1.3, noNaN: true });

describe('laws', () => {
  it('a head over the crop and the same over the photo are one: their points fall together', () => {
    fc.assert(fc.property(fc.tuple(angle, angle, angle), fc.tuple(share, share), fc.array(fc.tuple(share, share), { minLength: 68, maxLength: 68 }), ([pitch, yaw, roll], [x, y], points) => {
      const landmarks = points.map(([across, down], index) => ({ x: 400 + 60 * across + (index % 9), y: 300 + 60 * down + index }));
      const quad = ffhqQuad(landmarks);
      const view: HeadView = { motion: { rotation: rotationFromEuler('deep3d', { pitch, yaw, roll }), translation: [1, -2, -90] }, camera: { focal: 4, centre: [x, y] } };
      const place = ({ motion, camera }: HeadView): Float64Array => projectPerspective(movePoints([2, 3, -1], motion), camera);
      const [u, v] = place(view) as unknown as [number, number];
      const [right, down] = place(photoView(view, quad)) as unknown as [number, number];
      const expected = (axis: 'x' | 'y'): number => quad.topLeft[axis] + u * (quad.topRight[axis] - quad.topLeft[axis]) + v * (quad.bottomLeft[axis] - quad.topLeft[axis]) + 0.5;
      expect(right).toBeCloseTo(expected('x'), 6);
      expect(down).toBeCloseTo(expected('y'), 6);
    }));
  });

  it('a layer that covers nothing changes nothing; one that covers all is all that is left', () => {
    fc.assert(fc.property(fc.constantFrom(3 as const, 4 as const), fc.uint8Array({ minLength: 24, maxLength: 24 }), fc.uint8Array({ minLength: 3, maxLength: 3 }), (channels, bytes, colour) => {
      const photo = { range: 'byte', data: bytes.slice(0, 6 * channels), width: 3, height: 2, channels } as const;
      const layer = (alpha: number) => ({ x: 1, y: 0, width: 1, height: 2, data: Uint8Array.from([...colour, alpha, ...colour, alpha]) });
      expect(layOver(photo, [layer(0)])).toEqual(photo);
      const covered = layOver(photo, [layer(255)]).data;
      expect([...covered.subarray(channels, 2 * channels)]).toEqual([...colour, 255].slice(0, channels));
      expect(covered.subarray(0, channels)).toEqual(photo.data.subarray(0, channels));
    }));
  });

  it('a part of a drawing is the drawing of the part', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'mfim-face3d-drawing-'));
    const head = await readIct(await writeSmallBasis(folder));
    await rm(folder, { recursive: true });
    const mesh = { ...maskParts(head), placed: movePoints(head.basis.mean, { rotation: rotationFromEuler('deep3d', { pitch: 0.2, yaw: 0.4, roll: 0.1 }), translation: [0, 0, -90] }) };
    const camera = { focal: 150, centre: [20, 20] } as const;
    const whole = drawMesh(mesh, camera, { x: 0, y: 0, width: 40, height: 40 });
    expect(whole.data.some((value, at) => at % 4 === 3 && value > 0)).toBe(true);
    const place = fc.integer({ min: 0, max: 30 });
    fc.assert(fc.property(place, place, fc.integer({ min: 1, max: 10 }), (x, y, side) => {
      const part = drawMesh(mesh, camera, { x, y, width: side, height: side });
      const cut = Array.from({ length: side }, (_, row) => [...whole.data.subarray(((y + row) * 40 + x) * 4, ((y + row) * 40 + x + side) * 4)]).flat();
      expect([...part.data]).toEqual(cut);
    }), { numRuns: 20 });
  });

  it('faces are sorted by confidence; what is not a number is doubtful', () => {
    const reading = (index: number, confidence: number) => ({ face: { index }, confidence, deviation: 0.2 }) as FaceReading;
    const { confident, doubtful } = confidentFaces([reading(0, 0.4), reading(1, 0.9), reading(2, Number.NaN)], 0.5, 'photo');
    expect([confident.map(({ face }) => face.index), doubtful.map(({ face }) => face.index)]).toEqual([[1], [0, 2]]);
  });
});

describe.skipIf(absent)("ICT-FaceKit's own head", () => {
  it('has a mask that covers the face and neither ears nor neck', async () => {
    const head = await readIct(ICT);
    const { cover } = maskParts(head);
    const { vertices } = head.basis.landmarks;
    const covers = Array.from({ length: 68 }, (_, index) => cover[vertices[index * 3]!]!);
    expect(Math.min(...covers.slice(17))).toBeGreaterThan(0.5);
    head.basis.mean.forEach((value, at) => {
      if (at % 3 === 1 && (value < -9.2 || value > 10.2)) expect(cover[(at - 1) / 3]).toBe(0);
    });
  });
});
