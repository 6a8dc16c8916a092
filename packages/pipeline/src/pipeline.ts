/** Photos in, photo out: find, align, encode, mix, generate, paste back, each stage timed. */
import type { Face } from '@mfim/faces';
import { InputError } from '@mfim/tensor-contracts';
import type { ByteImage } from '@mfim/tensor-contracts';
import { checkMix } from './mix-encoded.ts';
import type { MixChoice } from './mix-encoded.ts';
import { createMixer } from './mixer.ts';
import type { Mixer, MixerFaces, RenderRequest } from './mixer.ts';
import type { PasteChoice } from './paste-face.ts';
import { prepareFace } from './prepare-face.ts';
import type { FaceRequest, PipelineParts, PreparedFace } from './prepare-face.ts';
import { stopwatch } from './stopwatch.ts';
import type { Clock, Timings } from './stopwatch.ts';

interface TargetChoice extends PasteChoice {
  /** The photo that keeps its pose, expression and background. */
  readonly target: ByteImage;
  /** Index of the face in the target; default 0, the largest. */
  readonly targetFace?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** One identity into one photo. */
export interface SwapOptions extends TargetChoice, Pick<MixChoice, 'strength'> {
  /** The photo that gives the identity. */
  readonly source: ByteImage;
  /** Index of the face in the source; default 0, the largest. */
  readonly sourceFace?: number | undefined;
}

/** One person of a mix. */
export interface MixPhoto {
  readonly photo: ByteImage;
  readonly face?: number | undefined;
  /** What a recipe calls this person. */
  readonly label?: string | undefined;
}

/** Several identities into one photo. */
export interface MixOptions extends TargetChoice, MixChoice {
  readonly sources: readonly MixPhoto[];
}

/** What was made, from what, and how long it took. */
export interface SwapResult {
  /** The target's photo with the new face; the photo's size. */
  readonly image: ByteImage;
  /** The new face alone, `manifest.resolution` pixels square. */
  readonly crop: ByteImage;
  /** The target's face as the encoder saw it, `manifest.alignment.size` pixels square. */
  readonly targetCrop: ByteImage;
  /** The sources' faces as the encoder saw them. */
  readonly sourceCrops: readonly ByteImage[];
  /** All faces of every photo, the largest first, and the indices of those that were used. */
  readonly faces: {
    readonly target: readonly Face[];
    readonly sources: readonly (readonly Face[])[];
    readonly chosen: { readonly target: number; readonly sources: readonly number[] };
  };
  /** Milliseconds by stage, and `total`. */
  readonly timings: Timings;
  readonly model: ModelReport;
}

/** Which model drew, on what. */
export interface ModelReport {
  readonly name: string;
  readonly resolution: number;
  readonly runtime: string;
}

/** An open bundle and a face finder, ready for photos. */
export interface Pipeline {
  readonly model: ModelReport;
  /** @throws FaceError when a photo shows no face, or not the one asked for. */
  swap(options: SwapOptions): Promise<SwapResult>;
  /** @throws FaceError as `swap`; InputError on weights or a recipe that cannot be applied. */
  mix(options: MixOptions): Promise<SwapResult>;
  /** Finds and encodes one face, for `createMixer`. */
  prepare(request: FaceRequest): Promise<PreparedFace>;
  /** A mixing desk that encodes nothing twice. */
  createMixer(faces: MixerFaces): Mixer;
}

async function prepareAll(parts: PipelineParts, options: MixOptions): Promise<MixerFaces> {
  const { signal } = options;
  const sources = [];
  for (const { photo, face, label } of options.sources) {
    sources.push({ face: await prepareFace(parts, { photo, face, role: 'source', signal }), label });
  }
  const target = await prepareFace(parts, { photo: options.target, face: options.targetFace, role: 'target', signal });
  return { target, sources };
}

function report(faces: MixerFaces): Pick<SwapResult, 'targetCrop' | 'sourceCrops' | 'faces'> {
  const sources = faces.sources.map(({ face }) => face);
  return {
    targetCrop: faces.target.crop,
    sourceCrops: sources.map(({ crop }) => crop),
    faces: {
      target: faces.target.faces,
      sources: sources.map((source) => source.faces),
      chosen: { target: faces.target.chosen.index, sources: sources.map(({ chosen }) => chosen.index) },
    },
  };
}

function renderRequest({ target: _target, targetFace: _face, sources: _sources, ...request }: MixOptions): RenderRequest {
  return request;
}

async function mixPhotos(parts: PipelineParts & { readonly clock: Clock }, model: ModelReport, options: MixOptions): Promise<SwapResult> {
  if (options.sources.length === 0) {
    throw new InputError({ where: 'mix', expected: 'a source photo', got: 'none', remedy: 'add a source photo' });
  }
  const { table, manifest } = parts.bundle;
  checkMix(options, { table, split: manifest.split, sources: options.sources });
  const start = parts.clock();
  const faces = await prepareAll(parts, options);
  const rendered = await createMixer(parts, faces).render(renderRequest(options));
  const watch = stopwatch(parts.clock);
  for (const face of [...faces.sources.map((source) => source.face), faces.target]) watch.add(face.timings);
  watch.add(rendered.timings);
  watch.add({ total: parts.clock() - start });
  return { image: rendered.image, crop: rendered.crop, ...report(faces), timings: watch.timings, model };
}

/**
 * Puts an open bundle and a face finder together. The caller keeps both and releases the bundle.
 *
 * `SwapResult.timings` has `source.find`, `.align`, `.encode` (all sources together), `target.*`,
 * `mix`, `generateUpTo<resolution>` for each stage, `paste` and `total`.
 */
export async function createPipeline(given: PipelineParts): Promise<Pipeline> {
  const parts = { ...given, clock: given.clock ?? (() => performance.now()) };
  const { manifest, runtime } = parts.bundle;
  const model: ModelReport = { name: manifest.name, resolution: manifest.resolution, runtime };
  return {
    model,
    mix: (options) => mixPhotos(parts, model, options),
    async swap({ source, sourceFace, ...options }) {
      return mixPhotos(parts, model, { ...options, sources: [{ photo: source, face: sourceFace }] });
    },
    prepare: (request) => prepareFace(parts, request),
    createMixer: (faces) => createMixer(parts, faces),
  };
}
