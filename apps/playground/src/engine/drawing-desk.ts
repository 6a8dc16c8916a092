/** Draws orders, and does anew only what an order changes: prepared faces and generator stages stay. */
import type { MixChoice, Mixer, Pipeline, PreparedFace, RenderedFace } from '@mfim/pipeline';
import type { Drawing, DrawOrder } from './engine-contract.ts';
import type { PhotoShelf } from './photo-shelf.ts';
import { toBitmap } from './pictures.ts';

/** What was drawn, for the page and for saving. */
export interface DeskDrawing {
  readonly drawing: Drawing;
  readonly rendered: RenderedFace;
}

function mixChoice({ sources, preset, strength }: DrawOrder): MixChoice {
  return preset === undefined ? { strength, weights: sources.map(({ weight }) => weight) } : { strength, preset };
}

function addTimings(sums: Record<string, number>, timings: Readonly<Record<string, number>>): void {
  for (const [stage, milliseconds] of Object.entries(timings)) sums[stage] = (sums[stage] ?? 0) + milliseconds;
}

/** A desk for one pipeline. */
export function createDrawingDesk(pipeline: Pipeline, shelf: PhotoShelf): (order: DrawOrder) => Promise<DeskDrawing> {
  let current: { readonly faces: readonly PreparedFace[]; readonly mixer: Mixer } | undefined;
  const timed = new WeakSet<PreparedFace>();

  const mixerFor = (faces: readonly PreparedFace[]): Mixer => {
    const same = current?.faces.length === faces.length && faces.every((face, index) => face === current?.faces[index]);
    if (current !== undefined && same) return current.mixer;
    const [target, ...sources] = faces as readonly [PreparedFace, ...PreparedFace[]];
    const mixer = pipeline.createMixer({ target, sources: sources.map((face) => ({ face })) });
    current = { faces, mixer };
    return mixer;
  };

  return async (order) => {
    const faces = [await shelf.prepare(pipeline, order.target, 'target')];
    for (const source of order.sources) faces.push(await shelf.prepare(pipeline, source, 'source'));
    const timings: Record<string, number> = {};
    for (const face of faces) {
      if (!timed.has(face)) addTimings(timings, face.timings);
      timed.add(face);
    }
    const rendered = await mixerFor(faces).render(mixChoice(order));
    addTimings(timings, rendered.timings);
    const [target, ...sources] = await Promise.all(faces.map(({ crop }) => toBitmap(crop)));
    const crops = { target: target as ImageBitmap, sources, result: await toBitmap(rendered.crop) };
    return { rendered, drawing: { picture: await toBitmap(rendered.image), crops, timings } };
  };
}
