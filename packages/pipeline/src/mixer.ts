/**
 * A mixing desk for prepared faces: every face was encoded once, and the generator remembers its
 * stages, so that moving a slider costs only the stages that the slider reaches.
 */
import { InputError } from '@mfim/tensor-contracts';
import type { ByteImage } from '@mfim/tensor-contracts';
import { mixEncoded } from './mix-encoded.ts';
import type { MixChoice } from './mix-encoded.ts';
import { pasteFace } from './paste-face.ts';
import type { PasteChoice } from './paste-face.ts';
import type { PipelineParts, PreparedFace } from './prepare-face.ts';
import type { GenerateOptions } from './staged-generation.ts';
import { stopwatch } from './stopwatch.ts';
import type { Timings } from './stopwatch.ts';

/** A prepared source and the name that recipes know it by. */
export interface MixerSource {
  readonly face: PreparedFace;
  readonly label?: string | undefined;
}

/** The people at the desk. */
export interface MixerFaces {
  readonly target: PreparedFace;
  readonly sources: readonly MixerSource[];
}

/** How to mix, and how far to draw. */
export type DrawRequest = MixChoice & Omit<GenerateOptions, 'stopwatch'>;

/** How to mix, draw and paste. */
export type RenderRequest = DrawRequest & PasteChoice;

/** A drawn face. */
export interface DrawnFace {
  /** Aligned as the bundle's crops; `manifest.resolution` pixels square, or `upTo`. */
  readonly crop: ByteImage;
  /** Milliseconds by stage; only stages that ran are listed. */
  readonly timings: Timings;
}

/** A drawn face in its photo. */
export interface RenderedFace extends DrawnFace {
  /** The target's photo with the drawn face in it; the photo's size. */
  readonly image: ByteImage;
}

/** The desk. Calls run one after another, in their order. */
export interface Mixer {
  readonly faces: MixerFaces;
  /** Draws the face alone: what sliders call while they move. */
  draw(request?: DrawRequest): Promise<DrawnFace>;
  /** Draws the face and pastes it back into the target's photo. */
  render(request?: RenderRequest): Promise<RenderedFace>;
}

/** @throws InputError when there is no source. */
export function createMixer(parts: PipelineParts, faces: MixerFaces): Mixer {
  if (faces.sources.length === 0) {
    throw new InputError({ where: 'createMixer', expected: 'a source face', got: 'none', remedy: 'add a source photo' });
  }
  const { bundle, clock = () => performance.now() } = parts;
  const generator = bundle.stagedGenerator();
  const { target } = faces;
  const codes = { target: target.encoded.codes, split: bundle.manifest.split };
  const sources = faces.sources.map(({ face, label }) => ({ codes: face.encoded.codes, label }));

  const draw = async (request: DrawRequest): Promise<DrawnFace> => {
    const watch = stopwatch(clock);
    request.signal?.throwIfAborted();
    const mixed = await watch.measure('mix', () => mixEncoded(request, { ...codes, sources }));
    const crop = await generator.generate({ codes: mixed, maps: target.encoded.maps }, { ...request, stopwatch: watch });
    return { crop, timings: watch.timings };
  };

  return {
    faces,
    draw: (request = {}) => draw(request),
    async render(request = {}) {
      const drawn = await draw(request);
      const watch = stopwatch(clock);
      watch.add(drawn.timings);
      request.signal?.throwIfAborted();
      const image = await watch.measure('paste', () => pasteFace(target, drawn.crop, request));
      return { image, crop: drawn.crop, timings: watch.timings };
    },
  };
}
