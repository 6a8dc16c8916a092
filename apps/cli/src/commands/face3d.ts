/** What `mfim face3d` does. */
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { InputError } from '@mfim/tensor-contracts';
import type { ErrorParts } from '@mfim/tensor-contracts';
import { print, remark } from '../command-context.ts';
import type { MfimContext } from '../command-context.ts';
import { describeDoubt } from '../face3d/confident-faces.ts';
import { drawOverlay } from '../face3d/draw-overlay.ts';
import type { HeadMask } from '../face3d/draw-overlay.ts';
import { BASIS_REMEDY } from '../face3d/face-basis.ts';
import { headLines, photoReport } from '../face3d/face-report.ts';
import type { PhotoReport3d } from '../face3d/face-report.ts';
import { readFaces, withFaceWorkshop } from '../face3d/face-workshop.ts';
import type { FaceWorkshop, ReadPhoto } from '../face3d/face-workshop.ts';
import { writeGallery } from '../face3d/gallery/write-gallery.ts';
import { posedHead } from '../face3d/posed-head.ts';
import { wavefrontObj } from '../face3d/wavefront-obj.ts';
import { listPhotos } from '../list-photos.ts';
import { checkOutputPath, writeWhole } from '../output-file.ts';
import { formatOf, writePhoto } from '../photo-file.ts';
import type { Face3dFlags } from './face3d-command.ts';

function refuse(parts: ErrorParts): never {
  throw new InputError(parts);
}

/** One photo, or photos and folders for a gallery. */
async function photosOf(named: readonly string[], { gallery, out, obj, face }: Face3dFlags): Promise<readonly string[]> {
  if (gallery === undefined) {
    if (named.length > 1) refuse({ where: 'photo', expected: 'one photo', got: `${named.length}`, remedy: 'read one at a time, or name a page for all of them with --gallery' });
    return named;
  }
  const other = Object.entries({ out, obj, face }).find(([, value]) => value !== undefined)?.[0];
  if (other !== undefined) refuse({ where: `--${other}`, expected: 'one photo', got: 'a gallery', remedy: `leave out --${other} or --gallery` });
  const found = await Promise.all(named.map(async (path) => ((await stat(path).catch(() => undefined))?.isDirectory() === true ? listPhotos(path, 'photo') : [path])));
  const photos = found.flat();
  if (photos.length === 0) refuse({ where: 'photo', expected: 'photos', got: 'folders without any', remedy: 'name photos, or folders that hold some' });
  return photos;
}

/** Refuses early what could only fail late. */
function checkOutputs(photos: readonly string[], { gallery, out, obj }: Face3dFlags): void {
  if (out !== undefined) formatOf(out);
  const outputs = [out, obj, gallery].filter((path) => path !== undefined);
  outputs.forEach((path, index) => checkOutputPath(path, [...photos, ...outputs.slice(0, index)]));
}

function remarkOnMissing(context: MfimContext, { mask }: FaceWorkshop): void {
  if (mask === undefined) remark(context, `no basis: axes and the outline of the crop are drawn, meshes and landmarks are not; ${BASIS_REMEDY}`);
}

/** What an OBJ file needs. @throws InputError without a basis */
function neededMask({ mask }: FaceWorkshop): HeadMask {
  return mask ?? refuse({ where: '--obj', expected: 'a basis', got: 'none', remedy: BASIS_REMEDY });
}

/** The one head that goes into an OBJ file. */
function objOf({ path, confident }: ReadPhoto, { model }: HeadMask): string {
  const [reading] = confident;
  if (reading !== undefined && confident.length === 1) return wavefrontObj(posedHead(model, reading), { photo: path, reading });
  return refuse({ where: '--obj', expected: 'one face', got: `${confident.length} in ${path}`, remedy: `choose one with --face: ${confident.map(({ face }) => face.index).join(', ')}` });
}

async function readOne(context: MfimContext, flags: Face3dFlags, path: string): Promise<void> {
  const { out, obj, face, leastConfidence: least } = flags;
  await withFaceWorkshop({ ...flags, environment: context.environment }, async (workshop) => {
    const { network, mask } = workshop;
    const needed = obj === undefined ? undefined : neededMask(workshop);
    const read = await readFaces(workshop, { path, face, least });
    const report = photoReport(read, network, mask);
    const head = needed === undefined ? undefined : objOf(read, needed);
    if (out !== undefined) await writePhoto(out, await drawOverlay(read.photo, read.confident, mask));
    if (obj !== undefined && head !== undefined) await writeWhole(obj, head);
    if (out !== undefined) remarkOnMissing(context, workshop);
    for (const reading of read.doubtful) remark(context, `${path}: face ${reading.face.index} is left out, confidence ${describeDoubt(reading)}; --least-confidence accepts less`);
    if (flags.json) print(context, JSON.stringify(report, undefined, 2));
    else for (const line of [...[out, obj].filter((file) => file !== undefined), ...report.faces.flatMap(headLines)]) print(context, line);
  });
}

async function showMany(context: MfimContext, flags: Face3dFlags, request: { readonly paths: readonly string[]; readonly page: string }): Promise<void> {
  await withFaceWorkshop({ ...flags, environment: context.environment }, async (workshop) => {
    remarkOnMissing(context, workshop);
    let done = 0;
    const reports: readonly PhotoReport3d[] = await writeGallery(workshop, {
      ...request,
      least: flags.leastConfidence,
      onPhoto: (photo) => {
        done += 1;
        const place = `${done} of ${request.paths.length}`;
        remark(context, 'reason' in photo ? `${place}: ${photo.photo} is not shown: ${photo.reason}` : `${place}: ${basename(photo.photo)}, ${photo.faces.length === 1 ? 'a face' : `${photo.faces.length} faces`}`);
      },
    });
    print(context, flags.json ? JSON.stringify({ page: request.page, photos: reports }, undefined, 2) : request.page);
  });
}

/** Reads, draws, writes. @throws InputError when the call, a photo, the regressor or the basis is wrong; then nothing was written */
export async function face3d(context: MfimContext, flags: Face3dFlags, ...named: string[]): Promise<void> {
  const photos = await photosOf(named, flags);
  checkOutputs(photos, flags);
  if (flags.gallery === undefined) await readOne(context, flags, photos[0] as string);
  else await showMany(context, flags, { paths: photos, page: flags.gallery });
}
