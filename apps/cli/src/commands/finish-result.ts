/** The end of a swap or a mix: measure, write the picture and the report, tell the reader. */
import { print, remark } from '../command-context.ts';
import type { MfimContext } from '../command-context.ts';
import { measureIdentity } from '../identity/measure-identity.ts';
import type { Workshop } from '../open-workshop.ts';
import { writeWhole } from '../output-file.ts';
import { writePhoto } from '../photo-file.ts';
import { swapReport } from '../swap-report.ts';
import type { PhotoReport, SwapReport } from '../swap-report.ts';
import type { SwapResult } from '@mfim/pipeline';
import type { ByteImage } from '@mfim/tensor-contracts';

/** A photo and its file name. */
export interface NamedPhoto {
  readonly path: string;
  readonly photo: ByteImage;
}

/** Photos, result, and where it goes. */
export interface FinishRequest {
  readonly target: NamedPhoto;
  readonly sources: readonly NamedPhoto[];
  readonly result: SwapResult;
  readonly out: string;
  readonly report?: string | undefined;
  /** Whether the caller chose the face of the target, and of the sources. */
  readonly chosenByCaller: { readonly target: boolean; readonly sources: boolean };
}

function remarkOnFaces(context: MfimContext, { photo, faces, chosen }: PhotoReport, flag: string): void {
  if (faces.length < 2) return;
  const others = faces
    .filter(({ index }) => index !== chosen)
    .map(({ index, box }) => `${index} (${box.width}x${box.height} at ${box.x},${box.y})`);
  const choice = flag === '' ? '' : `; ${flag} chooses`;
  remark(context, `${photo} has ${faces.length} faces; the largest, ${chosen}, was taken, the others are ${others.join(', ')}${choice}`);
}

const cosine = (value: number): string => value.toFixed(3);

function printSummary(context: MfimContext, { out, identity, timings, model }: SwapReport): void {
  print(context, `${out}  (${model.name}, ${Math.round(timings['total'] ?? 0)} ms)`);
  print(
    context,
    `identity cosine: ${cosine(identity.toSource)} to the source (before ${cosine(identity.targetToSource)}), ${cosine(identity.toTarget)} to the target`,
  );
}

/** Measures and writes; the report is written first, so that a picture never lacks the report asked for. */
export async function finishResult(context: MfimContext, workshop: Workshop, request: FinishRequest): Promise<void> {
  const { target, sources, result, out, report } = request;
  const identity = await measureIdentity(workshop.identity, {
    target: target.photo,
    sources: sources.map(({ photo }) => photo),
    result,
  });
  const names = { out, target: target.path, sources: sources.map(({ path }) => path), folder: workshop.folder };
  const summary = swapReport(result, identity, names);
  if (report !== undefined) await writeWhole(report, `${JSON.stringify(summary, undefined, 2)}\n`);
  await writePhoto(out, result.image);
  if (!request.chosenByCaller.target) remarkOnFaces(context, summary.faces.target, '--face');
  if (!request.chosenByCaller.sources) {
    for (const source of summary.faces.sources) remarkOnFaces(context, source, sources.length === 1 ? '--source-face' : '');
  }
  printSummary(context, summary);
}
